/* Refresh without leaving the page; without this file the button sends the form instead. */
( function () {
	var page = document.getElementById( 'wc-ad-credit' );
	if ( ! page || ! window.fetch ) {
		return;
	}
	page.addEventListener( 'click', function ( event ) {
		var button = event.target.closest( 'button[value="refresh"]' );
		if ( ! button ) {
			return;
		}
		event.preventDefault();
		button.disabled = true;
		window.fetch( page.dataset.refresh, { method: 'POST', credentials: 'same-origin', headers: { 'X-WP-Nonce': page.dataset.nonce } } )
			.then( function ( answer ) {
				if ( ! answer.ok ) {
					throw new Error( answer.status );
				}
				return answer.json();
			} )
			.then( function ( answer ) {
				var written = ( page.querySelector( 'textarea' ) || {} ).value || '';
				page.innerHTML = answer.html;
				if ( written && page.querySelector( 'textarea' ) ) {
					page.querySelector( 'textarea' ).value = written;
				}
				page.querySelector( '.wc-ad-credit-said' ).textContent = answer.message;
				window.wp.a11y.speak( answer.message );
				page.querySelector( 'button[value="refresh"]' ).focus();
			} )
			.catch( function () {
				window.location.reload();
			} );
	} );
}() );
