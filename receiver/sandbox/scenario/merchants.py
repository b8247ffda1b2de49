"""The merchants of the sandbox: one for each thing a person should see. One more is one more entry here.

A day is counted from the day the world began; what each story comes to is promised in
`tests/sandbox/scenario/test_merchants.py`.
"""

from __future__ import annotations

from decimal import Decimal

from receiver.sandbox.scenario.merchant_spec import (
    FIRST_COME,
    LAST_DAY,
    SHIPPED,
    Act,
    Correction,
    MerchantAdAccount,
    MerchantBill,
    MerchantStep,
    MerchantTrouble,
    SandboxMerchant,
    Spending,
)

MERCHANTS = (
    # -- As it should go: from the set-up to the credit ------------------------------------------
    SandboxMerchant(
        key="morning-roast",
        name="Morning Roast Coffee",
        story="on its way to the first tier",
        started=-15,
        account=MerchantAdAccount(101, opened=-15, spending=(Spending(-14, LAST_DAY, Decimal("20.40")),)),
    ),
    SandboxMerchant(
        key="brass-button",
        name="Brass Button Tailors",
        story="installed TikTok's integration and has not set it up yet",
        started=-3,
        set_up=False,
    ),
    SandboxMerchant(
        key="fox-and-thimble",
        name="Fox & Thimble Fabrics",
        story="set the integration up and has not linked an ad account yet",
        started=-4,
    ),
    SandboxMerchant(
        key="slow-tide",
        name="Slow Tide Surf School",
        story="linked its ad account and spent nothing yet; has the only place of a programme for one",
        started=-11,
        programme=FIRST_COME,
        account=MerchantAdAccount(105, opened=-11),
    ),
    SandboxMerchant(
        key="lotus-row",
        name="Lotus Row Silks",
        story="spends ad credit beside its own money, which does not count; its dates are Bangkok's",
        started=-13,
        account=MerchantAdAccount(
            106,
            opened=-13,
            spending=(Spending(-12, LAST_DAY, Decimal("19.60"), credit=Decimal("9.00")),),
            timezone="Asia/Bangkok",
        ),
    ),
    SandboxMerchant(
        key="harbour-lights",
        name="Harbour Lights Candles",
        story="its 30 days are over, a credit of the first tier is due, in pounds",
        started=-40,
        country="GB",
        currency="GBP",
        account=MerchantAdAccount(
            102,
            opened=-42,
            spending=(Spending(-34, -5, Decimal("20.67")),),
            timezone="Europe/London",
            country="GB",
            currency="GBP",
        ),
    ),
    SandboxMerchant(
        key="cobalt-sky",
        name="Cobalt Sky Kites",
        story="its 30 days are over and its second bill is not paid yet; the tax on the first does not count",
        started=-38,
        account=MerchantAdAccount(
            119,
            opened=-38,
            spending=(Spending(-36, -7, Decimal("26.00")),),
            pays="automatic",
            bills=(MerchantBill(-20, Decimal("416.00"), tax=Decimal("33.28")),),
        ),
    ),
    SandboxMerchant(
        key="peak-outfitters",
        name="Peak Outfitters",
        story="reached the highest tier in twelve days, its credit is due at once",
        started=-20,
        account=MerchantAdAccount(
            103,
            opened=-21,
            spending=(Spending(-15, -4, Decimal("433.34")),),
            timezone="America/Denver",
        ),
        steps=(MerchantStep(-1, Act.READ),),
    ),
    SandboxMerchant(
        key="juniper-press",
        name="Juniper Press Posters",
        story="staff issued its credit as a code, which it has not redeemed yet",
        started=-47,
        account=MerchantAdAccount(107, opened=-47, spending=(Spending(-45, -16, Decimal("52.00")),)),
        steps=(MerchantStep(-12, Act.READ), MerchantStep(-11, Act.ISSUED, "TTAD-7Q4M-2210")),
    ),
    SandboxMerchant(
        key="marigold-market",
        name="Marigold Market",
        story="spent, was awarded, and has its credit",
        started=-52,
        account=MerchantAdAccount(108, opened=-52, spending=(Spending(-50, -21, Decimal("18.00")),)),
        steps=(
            MerchantStep(-17, Act.READ),
            MerchantStep(-16, Act.ISSUED, "TTAD-9K2D-7718"),
            MerchantStep(-14, Act.CREDITED, "the account's grant balance grew by 500.00 USD"),
        ),
    ),
    # -- The programme's limits ------------------------------------------------------------------
    SandboxMerchant(
        key="second-chance",
        name="Second Chance Bicycles",
        story="waits for the place of Slow Tide, and gets it once that store is disconnected",
        started=-9,
        programme=FIRST_COME,
        account=MerchantAdAccount(109, opened=-9),
    ),
    SandboxMerchant(
        key="last-call",
        name="Last Call Fireworks",
        story="joined the offer of 2025, which is over",
        started=-10,
        programme=SHIPPED,
        account=MerchantAdAccount(110, opened=-10, spending=(Spending(-8, LAST_DAY, Decimal("12.00")),)),
    ),
    # -- No, and why -----------------------------------------------------------------------------
    SandboxMerchant(
        key="paper-crane",
        name="Paper Crane Stationery",
        story="its 30 days are over and no tier was reached",
        started=-50,
        account=MerchantAdAccount(111, opened=-50, spending=(Spending(-47, -18, Decimal("8.50")),)),
    ),
    SandboxMerchant(
        key="blumenwiese",
        name="Blumenwiese Floristik",
        story="its store is in Germany, where the offer does not apply",
        started=-12,
        country="DE",
        currency="EUR",
        account=MerchantAdAccount(112, opened=-12, spending=(Spending(-10, LAST_DAY, Decimal("25.00")),)),
    ),
    SandboxMerchant(
        key="old-town-books",
        name="Old Town Books",
        story="advertised in the 90 days before it linked, so it is not eligible",
        started=-20,
        account=MerchantAdAccount(
            104,
            opened=-400,
            spending=(Spending(-60, -45, Decimal("35.00")), Spending(-18, LAST_DAY, Decimal("28.50"))),
            timezone="America/Chicago",
        ),
    ),
    SandboxMerchant(
        key="silver-comet",
        name="Silver Comet Vapes",
        story="staff recorded a safety flag, which comes before everything else",
        started=-14,
        account=MerchantAdAccount(113, opened=-14, spending=(Spending(-12, LAST_DAY, Decimal("30.00")),)),
        steps=(MerchantStep(-3, Act.FLAGGED, "its advertisements sell to minors"),),
    ),
    # -- Unknown, which is never no --------------------------------------------------------------
    SandboxMerchant(
        key="velvet-anchor",
        name="Velvet Anchor Tattoo Supply",
        story="advertised before our plugin saw its link, so whether that was too late nobody knows",
        started=-20,
        exact=False,
        account=MerchantAdAccount(
            114,
            opened=-300,
            spending=(Spending(-80, -41, Decimal("12.00")), Spending(-17, LAST_DAY, Decimal("24.00"))),
        ),
    ),
    SandboxMerchant(
        key="copper-kettle",
        name="Copper Kettle Teas",
        story="took its consent back in the middle of its 30 days; the last figures are kept",
        started=-16,
        account=MerchantAdAccount(
            115, opened=-17, spending=(Spending(-14, LAST_DAY, Decimal("31.00")),), revoked=-2
        ),
        steps=(MerchantStep(-3, Act.READ), MerchantStep(-1, Act.READ)),
    ),
    SandboxMerchant(
        key="fern-and-fable",
        name="Fern & Fable Toys",
        story="the agency that runs its account has an award already, for Peak Outfitters: staff decide",
        started=-40,
        account=MerchantAdAccount(
            116, opened=-40, spending=(Spending(-38, -9, Decimal("62.00")),), center=103
        ),
    ),
    SandboxMerchant(
        key="night-owl",
        name="Night Owl Lamps",
        story="pays by bills that TikTok does not show us: held until staff see them paid",
        started=-38,
        account=MerchantAdAccount(
            117,
            opened=-38,
            spending=(Spending(-36, -7, Decimal("26.00")),),
            pays="automatic",
            shows_bills=False,
        ),
    ),
    # -- After the award -------------------------------------------------------------------------
    SandboxMerchant(
        key="tin-whistle",
        name="Tin Whistle Music",
        story="TikTok took back a day's spend after its award was recorded: a flag for staff",
        started=-19,
        account=MerchantAdAccount(
            118,
            opened=-19,
            spending=(Spending(-17, -6, Decimal("450.00")),),
            correction=Correction(day=-6, cash=Decimal("30.00"), corrected_on=-2),
        ),
        steps=(MerchantStep(-3, Act.READ),),
    ),
    # -- Deliveries that fail --------------------------------------------------------------------
    SandboxMerchant(
        key="salt-flat",
        name="Salt Flat Cycles",
        story="signs its webhooks with a wrong secret, so all of them are refused (401)",
        started=-8,
        trouble=MerchantTrouble.WRONG_SECRET,
    ),
    SandboxMerchant(
        key="quiet-corner",
        name="Quiet Corner Yoga",
        story="a staging copy of it speaks in its name: its signals are held for staff",
        started=-8,
        trouble=MerchantTrouble.STAGING_COPY,
    ),
    SandboxMerchant(
        key="tin-roof",
        name="Tin Roof Hot Sauce",
        story="its plugin is outdated, and sends what nobody can read: dead, with the reason",
        started=-8,
        trouble=MerchantTrouble.OLD_PLUGIN,
    ),
)
