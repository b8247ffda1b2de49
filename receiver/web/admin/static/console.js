// The console's only script: copy buttons, "/" for the search box, and quiet renewal. Every page works without it.
"use strict";

(() => {
  const IDLE_MS = 15 * 60 * 1000; // an unattended page must not keep its session alive for ever
  const FEEDBACK_MS = 2000;
  let lastSign = Date.now();

  document.documentElement.classList.add("script");
  for (const sign of ["pointerdown", "keydown", "scroll"]) {
    addEventListener(sign, () => { lastSign = Date.now(); }, { passive: true });
  }

  async function copy(button) {
    const label = button.textContent;
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.textContent = "Copied";
    } catch { // no permission, or no TLS: leave it selected for the reader's own copy
      const shown = button.parentElement.querySelector("code");
      if (shown) getSelection().selectAllChildren(shown);
      button.textContent = "Selected";
    }
    const status = document.getElementById("script-status");
    if (status) status.textContent = button.textContent;
    setTimeout(() => { button.textContent = label; }, FEEDBACK_MS);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-copy]");
    if (button) copy(button);
  });

  document.addEventListener("keydown", (event) => {
    const types = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || types) return;
    const box = document.getElementById("search");
    if (!box) return;
    event.preventDefault();
    box.focus();
    box.select();
  });

  function isInUse(element) {
    const selection = getSelection();
    const selected = selection && !selection.isCollapsed && selection.containsNode(element, true);
    const typed = [...element.querySelectorAll("input, textarea")].some(
      (field) => field.checked !== field.defaultChecked || field.value !== field.defaultValue,
    );
    return selected || typed || element.contains(document.activeElement);
  }

  function mayRenew(element) {
    return !document.hidden && Date.now() - lastSign < IDLE_MS && !isInUse(element);
  }

  // Replaces the elements by their fresh selves. Returns whether to go on: not once signed out, or the page is gone.
  async function renew(ids) {
    let answer;
    try {
      answer = await fetch(location.href, { redirect: "manual" });
    } catch {
      return true; // the network may come back
    }
    if (!answer.ok) return answer.status >= 500;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const id of ids) {
      const [was, is] = [document.getElementById(id), fresh.getElementById(id)];
      if (was && is && !isInUse(was)) was.replaceWith(document.adoptNode(is));
    }
    return true;
  }

  const periods = new Map(); // seconds → ids: elements of one period share one request
  for (const element of document.querySelectorAll("[data-renew][id]")) {
    const seconds = Math.max(2, Number(element.dataset.renew) || 30);
    periods.set(seconds, [...(periods.get(seconds) || []), element.id]);
  }
  for (const [seconds, ids] of periods) {
    const later = () => setTimeout(async () => {
      const due = ids.filter((id) => {
        const element = document.getElementById(id);
        return element && "renew" in element.dataset && mayRenew(element);
      });
      if (!due.length || await renew(due)) later();
    }, seconds * 1000);
    later();
  }
})();
