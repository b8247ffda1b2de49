/* Refresh and copy without loading the page again. Without this file the buttons submit their forms instead. */
( function () {
	var page = document.getElementById( 'wc-ad-credit' );
	if ( ! page || ! window.fetch ) {
		return;
	}

	function forEachElement( selector, callback ) {
		Array.prototype.forEach.call( page.querySelectorAll( selector ), callback );
	}

	function announce( text ) {
		if ( window.wp && window.wp.a11y ) {
			window.wp.a11y.speak( text );
		}
	}

	// Keeps what the user entered, ticked or opened.
	function replaceContent( html ) {
		var fieldStates = {};
		var openStates = {};
		forEachElement( 'input[id], textarea[id]:not([readonly])', function ( field ) {
			fieldStates[ field.id ] = { value: field.value, checked: field.checked };
		} );
		forEachElement( 'details[id]', function ( details ) {
			openStates[ details.id ] = details.open;
		} );
		page.innerHTML = html;
		forEachElement( 'input[id], textarea[id]:not([readonly])', function ( field ) {
			if ( fieldStates[ field.id ] ) {
				field.value = fieldStates[ field.id ].value;
				field.checked = fieldStates[ field.id ].checked;
			}
		} );
		forEachElement( 'details[id]', function ( details ) {
			details.open = !! openStates[ details.id ];
		} );
		showCopyButtons();
	}

	function showCopyButtons() {
		forEachElement( 'button[data-copy]', function ( button ) {
			button.hidden = false;
		} );
	}

	function copyText( button ) {
		var field = document.getElementById( button.dataset.copy );
		var confirmCopy = function () {
			button.textContent = button.dataset.done;
			announce( button.dataset.done );
		};
		field.select();
		if ( window.navigator.clipboard ) {
			window.navigator.clipboard.writeText( field.value ).then( confirmCopy, function () {} );
		} else if ( document.execCommand( 'copy' ) ) {
			confirmCopy();
		}
	}

	function refresh( poll ) {
		return window.fetch( page.dataset.refresh, {
			method: 'POST',
			credentials: 'same-origin',
			headers: { 'X-WP-Nonce': page.dataset.nonce, 'Content-Type': 'application/json' },
			body: JSON.stringify( { poll: poll } )
		} ).then( function ( response ) {
			if ( ! response.ok ) {
				throw new Error( response.status );
			}
			return response.json();
		} ).then( function ( result ) {
			replaceContent( result.html );
			return result;
		} );
	}

	page.addEventListener( 'click', function ( event ) {
		var button = event.target.closest( 'button' );
		if ( button && button.dataset.copy ) {
			copyText( button );
		}
		if ( ! button || 'refresh' !== button.value ) {
			return;
		}
		event.preventDefault();
		button.disabled = true;
		refresh( true ).then( function ( result ) {
			announce( result.message );
			page.querySelector( 'button[value="refresh"]' ).focus();
		} ).catch( function () {
			window.location.reload();
		} );
	} );

	showCopyButtons();
	if ( 'waiting' in page.dataset ) {
		// A failure changes nothing on the page, since the background fetches, too.
		refresh( false ).catch( function () {} );
	}
}() );
