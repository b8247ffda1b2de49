<?php
/**
 * The troubles of a status document: what is wrong, or should be done soon.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Reads the troubles from a status document.
 *
 * @since 1.1.0
 */
final class Troubles {

	/** Troubles with which more spend earns nothing. */
	const TOO_LATE = array( 'too_late_to_begin', 'nothing_more_in_time' );

	/** Troubles that say themselves why the figures are old. */
	const OLD_FIGURES = array( 'figures_stale', 'reading_refused', 'account_missing', 'account_unreachable', 'consent_withdrawn', 'consent_expired' );

	/** Troubles with which nothing is read from TikTok until the merchant acts. */
	const CUT_OFF = array( 'account_missing', 'account_unreachable', 'consent_withdrawn', 'consent_expired' );

	/** Troubles with which the service does not know what the store reported. */
	const LOST_SIGNALS = array( 'signals_refused', 'signals_unreadable', 'signals_outdated', 'signals_held' );

	/**
	 * Return the ids of all troubles and warnings.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document A status document.
	 * @return string[]
	 */
	public function get_ids( Document $document ): array {
		$ids = array();
		foreach ( array_merge( $document->get_objects( 'troubles' ), $document->get_objects( 'warnings' ) ) as $trouble ) {
			$ids[] = $trouble->get_text( 'id' );
		}
		return $ids;
	}

	/**
	 * Return the troubles to list, without those whose text the headline contains.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document A status document.
	 * @return Document[] Each with id, who, text, next_step and since; an older service may leave some of them out.
	 */
	public function get_listed( Document $document ): array {
		$troubles = $document->get_objects( $document->has( 'troubles' ) ? 'troubles' : 'warnings' );
		$headline = $document->get_text( 'headline' );
		return array_values(
			array_filter(
				$troubles,
				static function ( Document $trouble ) use ( $headline ): bool {
					return '' !== $trouble->get_text( 'text' ) && false === strpos( $headline, $trouble->get_text( 'text' ) );
				}
			)
		);
	}

	/**
	 * Check whether it is too late for more spend to earn anything.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document A status document.
	 * @return bool
	 */
	public function is_too_late( Document $document ): bool {
		return $this->has_any( $document, self::TOO_LATE );
	}

	/**
	 * Check whether TikTok no longer lets the figures be read, so that present spend does not show.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document A status document.
	 * @return bool
	 */
	public function is_cut_off( Document $document ): bool {
		return $this->has_any( $document, self::CUT_OFF );
	}

	/**
	 * Check whether signals of the store did not reach the service.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document A status document.
	 * @return bool
	 */
	public function has_lost_signals( Document $document ): bool {
		return $this->has_any( $document, self::LOST_SIGNALS );
	}

	/**
	 * Check whether the figures are older than usual and no trouble says so.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document A status document.
	 * @return bool
	 */
	public function are_figures_stale( Document $document ): bool {
		return $document->is_true( 'stale' ) && $document->has( 'spend' ) && ! $this->has_any( $document, self::OLD_FIGURES );
	}

	/**
	 * Check whether a document has at least one of some troubles.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document A status document.
	 * @param string[] $ids      The ids of the troubles.
	 * @return bool
	 */
	private function has_any( Document $document, array $ids ): bool {
		return (bool) array_intersect( $ids, $this->get_ids( $document ) );
	}
}
