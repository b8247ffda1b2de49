/* Refresh and copy without leaving the page; without this file the buttons send their forms instead. */
( function () {
	var page = document.getElementById( 'wc-ad-credit' );
	if ( ! page || ! window.fetch ) {
		return;
	}

	function each( selector, act ) {
		Array.prototype.forEach.call( page.querySelectorAll( selector ), act );
	}

	function speak( text ) {
		if ( window.wp && window.wp.a11y ) {
			window.wp.a11y.speak( text );
		}
	}

	// What was typed, ticked or opened stays.
	function keep( html ) {
		var typed = {};
		var open = {};
		each( 'input[id], textarea[id]:not([readonly])', function ( field ) {
			typed[ field.id ] = { value: field.value, checked: field.checked };
		} );
		each( 'details[id]', function ( part ) {
			open[ part.id ] = part.open;
		} );
		page.innerHTML = html;
		each( 'input[id], textarea[id]:not([readonly])', function ( field ) {
			if ( typed[ field.id ] ) {
				field.value = typed[ field.id ].value;
				field.checked = typed[ field.id ].checked;
			}
		} );
		each( 'details[id]', function ( part ) {
			part.open = !! open[ part.id ];
		} );
		offerCopies();
	}

	function offerCopies() {
		each( 'button[data-copy]', function ( button ) {
			button.hidden = false;
		} );
	}

	function copy( button ) {
		var field = document.getElementById( button.dataset.copy );
		var done = function () {
			button.textContent = button.dataset.done;
			speak( button.dataset.done );
		};
		field.select();
		if ( window.navigator.clipboard ) {
			window.navigator.clipboard.writeText( field.value ).then( done, function () {} );
		} else if ( document.execCommand( 'copy' ) ) {
			done();
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
		} ).then( function ( answer ) {
			keep( answer.html );
			return answer;
		} );
	}

	page.addEventListener( 'click', function ( event ) {
		var button = event.target.closest( 'button' );
		if ( button && button.dataset.copy ) {
			copy( button );
		}
		if ( ! button || 'refresh' !== button.value ) {
			return;
		}
		event.preventDefault();
		button.disabled = true;
		refresh( true ).then( function ( answer ) {
			speak( answer.message );
			page.querySelector( 'button[value="refresh"]' ).focus();
		} ).catch( function () {
			window.location.reload();
		} );
	} );

	offerCopies();
	if ( 'waiting' in page.dataset ) {
		// What is shown stays where this fails: the background asks too.
		refresh( false ).catch( function () {} );
	}
}() );
