/* Refresh without leaving the page; without this file the button sends the form instead. */
( function () {
	var page = document.getElementById( 'wc-ad-credit' );
	if ( ! page || ! window.fetch ) {
		return;
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
			var typed = ( page.querySelector( 'textarea' ) || {} ).value || '';
			page.innerHTML = answer.html;
			if ( typed && page.querySelector( 'textarea' ) ) {
				page.querySelector( 'textarea' ).value = typed;
			}
			return answer;
		} );
	}

	page.addEventListener( 'click', function ( event ) {
		var button = event.target.closest( 'button[value="refresh"]' );
		if ( ! button ) {
			return;
		}
		event.preventDefault();
		button.disabled = true;
		refresh( true ).then( function ( answer ) {
			if ( window.wp && window.wp.a11y ) {
				window.wp.a11y.speak( answer.message );
			}
			page.querySelector( 'button[value="refresh"]' ).focus();
		} ).catch( function () {
			window.location.reload();
		} );
	} );

	if ( 'waiting' in page.dataset ) {
		// What is shown stays where this fails: the background asks too.
		refresh( false ).catch( function () {} );
	}
}() );
