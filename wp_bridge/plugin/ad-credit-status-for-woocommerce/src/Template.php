<?php
/**
 * The renderer of the files in templates/, which escape what they print.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Renders templates. Inside a template, `$this` is this object and `$values` holds the values passed to it.
 *
 * @since 1.0.0
 */
final class Template {

	/**
	 * Formats amounts, dates and times.
	 *
	 * @since 1.1.0
	 * @var Formatter
	 */
	public Formatter $format;

	/**
	 * Turns codes into sentences.
	 *
	 * @since 1.1.0
	 * @var Messages
	 */
	public Messages $messages;

	/**
	 * Reads the progress.
	 *
	 * @since 1.1.0
	 * @var Progress
	 */
	public Progress $progress;

	/**
	 * Reads the troubles.
	 *
	 * @since 1.1.0
	 * @var Troubles
	 */
	public Troubles $troubles;

	/**
	 * Set the dependencies.
	 *
	 * @since 1.1.0
	 *
	 * @param Formatter $format   Formats amounts, dates and times.
	 * @param Messages  $messages Turns codes into sentences.
	 * @param Progress  $progress Reads the progress.
	 * @param Troubles  $troubles Reads the troubles.
	 */
	public function __construct( Formatter $format, Messages $messages, Progress $progress, Troubles $troubles ) {
		$this->format   = $format;
		$this->messages = $messages;
		$this->progress = $progress;
		$this->troubles = $troubles;
	}

	/**
	 * Return a template as HTML.
	 *
	 * @since 1.0.0
	 *
	 * @param string               $name   The file's name without its extension.
	 * @param array<string, mixed> $values The values for the template.
	 * @return string
	 */
	public function render( string $name, array $values ): string {
		ob_start();
		$this->print_template( $name, $values );
		return (string) ob_get_clean();
	}

	/**
	 * Print a template.
	 *
	 * @since 1.0.0
	 *
	 * @param string               $name   The file's name without its extension.
	 * @param array<string, mixed> $values The values for the template, as `$values`.
	 * @return void
	 */
	public function print_template( string $name, array $values ): void { // phpcs:ignore Generic.CodeAnalysis.UnusedFunctionParameter.FoundAfterLastUsed -- the template uses $values.
		require dirname( __DIR__ ) . "/templates/$name.php";
	}

	/**
	 * Print a template as a column, or nothing when the template prints nothing.
	 *
	 * @since 1.1.0
	 *
	 * @param string               $name   The file's name without its extension.
	 * @param array<string, mixed> $values The values for the template.
	 * @return void
	 */
	public function print_column( string $name, array $values ): void {
		$content = trim( $this->render( $name, $values ) );
		if ( '' !== $content ) {
			// phpcs:ignore WordPress.Security.EscapeOutput.OutputNotEscaped -- each template escapes its values.
			echo "<div>$content</div>";
		}
	}

	/**
	 * Print the start of a form that submits the page's actions.
	 *
	 * Each card has its own form, so that Enter in a field presses the button of that card.
	 *
	 * @since 1.1.0
	 *
	 * @return void
	 */
	public function print_form_start(): void {
		printf(
			'<form method="post" action="%s"><input type="hidden" name="%s" value="%s">',
			esc_url( admin_url( 'admin-post.php?action=' . Actions::ACTION ) ),
			esc_attr( Actions::NONCE_FIELD ),
			esc_attr( wp_create_nonce( Actions::ACTION ) )
		);
	}

	/**
	 * Print the end of a form.
	 *
	 * @since 1.1.0
	 *
	 * @return void
	 */
	public function print_form_end(): void {
		echo '</form>';
	}

	/**
	 * Print a button that submits one of the page's actions. It belongs into a form of print_form_start().
	 *
	 * @since 1.0.0
	 *
	 * @param string $action     A key of Actions::METHODS.
	 * @param string $label      The button's label.
	 * @param bool   $is_primary Whether it is the primary button.
	 * @return void
	 */
	public function print_button( string $action, string $label, bool $is_primary = false ): void {
		printf(
			'<button type="submit" class="button%s" name="%s" value="%s">%s</button>',
			$is_primary ? ' button-primary' : '',
			esc_attr( Actions::BUTTON_FIELD ),
			esc_attr( $action ),
			esc_html( $label )
		);
	}

	/**
	 * Print a link that looks like a button.
	 *
	 * @since 1.1.0
	 *
	 * @param string $url        The address.
	 * @param string $label      The link's label.
	 * @param bool   $is_primary Whether it is the primary button.
	 * @return void
	 */
	public function print_link_button( string $url, string $label, bool $is_primary = false ): void {
		$is_external = 0 === strpos( $url, 'https://' ) && 0 !== strpos( $url, home_url() );
		printf(
			'<a class="button%s" href="%s"%s>%s</a>',
			$is_primary ? ' button-primary' : '',
			esc_url( $url ),
			$is_external ? ' rel="noopener" target="_blank"' : '',
			esc_html( $label )
		);
	}
}
