<?php
/**
 * Draws a file of templates/; each template escapes what it prints.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Draws templates. Inside one, `$this` is this object and `$values` what it was given.
 *
 * @since 1.0.0
 */
final class Template {

	/**
	 * Formats amounts, dates and times.
	 *
	 * @since 1.1.0
	 * @var Format
	 */
	public Format $format;

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
	 * Take what templates use.
	 *
	 * @since 1.1.0
	 *
	 * @param Format   $format   Formats amounts, dates and times.
	 * @param Messages $messages Turns codes into sentences.
	 * @param Progress $progress Reads the progress.
	 */
	public function __construct( Format $format, Messages $messages, Progress $progress ) {
		$this->format   = $format;
		$this->messages = $messages;
		$this->progress = $progress;
	}

	/**
	 * Return a template as HTML.
	 *
	 * @since 1.0.0
	 *
	 * @param string               $name   The file's name without its ending.
	 * @param array<string, mixed> $values What the template may use.
	 * @return string
	 */
	public function render( string $name, array $values ): string {
		ob_start();
		$this->show( $name, $values );
		return (string) ob_get_clean();
	}

	/**
	 * Print a template.
	 *
	 * @since 1.0.0
	 *
	 * @param string               $name   The file's name without its ending.
	 * @param array<string, mixed> $values What the template may use, as `$values`.
	 * @return void
	 */
	public function show( string $name, array $values ): void { // phpcs:ignore Generic.CodeAnalysis.UnusedFunctionParameter.FoundAfterLastUsed -- the template uses it.
		require dirname( __DIR__ ) . "/templates/$name.php";
	}

	/**
	 * Print a template as a column; none where nothing of it concerns the stage.
	 *
	 * @since 1.1.0
	 *
	 * @param string               $name   The file's name without its ending.
	 * @param array<string, mixed> $values What the template may use.
	 * @return void
	 */
	public function show_column( string $name, array $values ): void {
		$content = trim( $this->render( $name, $values ) );
		if ( '' !== $content ) {
			// phpcs:ignore WordPress.Security.EscapeOutput.OutputNotEscaped -- each template escapes its values.
			echo "<div>$content</div>";
		}
	}

	/**
	 * Print the beginning of a form whose buttons ask for Actions; no script is needed.
	 *
	 * Each card has a form of its own, so that Enter in a field presses that card's button.
	 *
	 * @since 1.1.0
	 *
	 * @return void
	 */
	public function open_form(): void {
		printf(
			'<form method="post" action="%s"><input type="hidden" name="%s" value="%s">',
			esc_url( admin_url( 'admin-post.php?action=' . Actions::HOOK ) ),
			esc_attr( Actions::NONCE ),
			esc_attr( wp_create_nonce( Actions::HOOK ) )
		);
	}

	/**
	 * Print the end of a form.
	 *
	 * @since 1.1.0
	 *
	 * @return void
	 */
	public function close_form(): void {
		echo '</form>';
	}

	/**
	 * Print a button that asks for one of Actions; it stands in a form.
	 *
	 * @since 1.0.0
	 *
	 * @param string $action     A name of Actions::NAMES.
	 * @param string $label      What it says.
	 * @param bool   $is_primary Whether it is the main button.
	 * @return void
	 */
	public function button( string $action, string $label, bool $is_primary = false ): void {
		printf(
			'<button type="submit" class="button%s" name="%s" value="%s">%s</button>',
			$is_primary ? ' button-primary' : '',
			esc_attr( Actions::FIELD ),
			esc_attr( $action ),
			esc_html( $label )
		);
	}

	/**
	 * Print a link that looks like a button.
	 *
	 * @since 1.1.0
	 *
	 * @param string $url        Where to.
	 * @param string $label      What it says.
	 * @param bool   $is_primary Whether it is the main button.
	 * @return void
	 */
	public function link_button( string $url, string $label, bool $is_primary = false ): void {
		$is_elsewhere = 0 === strpos( $url, 'https://' ) && 0 !== strpos( $url, home_url() );
		printf(
			'<a class="button%s" href="%s"%s>%s</a>',
			$is_primary ? ' button-primary' : '',
			esc_url( $url ),
			$is_elsewhere ? ' rel="noopener" target="_blank"' : '',
			esc_html( $label )
		);
	}
}
