<?php
/**
 * How far a store has come on the way to its credit, read from the document.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

final class Progress {

	/** Stages whose step needs no further look; `credited` has all steps behind it. */
	const STEPS = array(
		'awaiting_setup' => 0,
		'awaiting_link'  => 1,
		'awaiting_spend' => 2,
		'accumulating'   => 2,
		'settling'       => 3,
		'due'            => 4,
		'held'           => 4,
		'issued'         => 5,
		'credited'       => 7,
	);

	/** Where the way ends before the credit. */
	const STOPPED = array( 'blocked', 'programme_over', 'ended', 'ineligible', 'expired' );

	/** Step by step: done, current, stopped or ahead. */
	public static function steps( Document $document ): array {
		$at    = self::step( $document );
		$stage = $document->text( 'stage' );
		$steps = array();
		foreach ( Words::steps() as $number => $name ) {
			$state = $number < $at ? 'done' : 'ahead';
			if ( $number === $at ) {
				$state = in_array( $stage, self::STOPPED, true ) ? 'stopped' : 'current';
			}
			$steps[] = array( 'name' => $name, 'state' => $state );
		}
		return $steps;
	}

	/** success, info, warning or error, as WordPress colours its notices. */
	public static function tone( Document $document ): string {
		$tones = array(
			'due'            => 'success',
			'issued'         => 'success',
			'credited'       => 'success',
			'held'           => 'warning',
			'not_admitted'   => 'warning',
			'blocked'        => 'error',
			'ineligible'     => 'error',
			'ended'          => 'warning',
			'expired'        => 'warning',
			'programme_over' => 'info',
		);
		$calm  = 'unknown' === $document->text( 'verdict' ) ? 'warning' : 'info';
		return self::is_overdue( $document ) ? 'warning' : $tones[ $document->text( 'stage' ) ] ?? $calm;
	}

	/** Whether the ad account cannot be read for want of the advertiser's consent. */
	public static function lacks_consent( Document $document ): bool {
		if ( in_array( $document->text( 'stage' ), self::STOPPED, true ) || 'credited' === $document->text( 'stage' ) ) {
			return false;
		}
		return 'unknown' === self::outcome( $document, 'account_linked' ) || 'awaiting_link' === $document->text( 'stage' );
	}

	/** Due, and the date it was due by is over in the account's zone. */
	public static function is_overdue( Document $document ): bool {
		$due_by = $document->text( 'award.due_by' );
		return 'due' === $document->text( 'award.state' ) && '' !== $due_by && $due_by < self::today( $document );
	}

	/** 0 to 100, for drawing only: what is reached is the service's to say. */
	public static function percent( string $qualifying, string $threshold ): float {
		$most = (float) $threshold;
		return $most > 0 ? min( 100.0, max( 0.0, 100.0 * (float) $qualifying / $most ) ) : 0.0;
	}

	private static function today( Document $document ): string {
		$names = timezone_identifiers_list( \DateTimeZone::ALL_WITH_BC );
		$zone  = $document->text( 'account.timezone' );
		return (string) wp_date( 'Y-m-d', null, new \DateTimeZone( in_array( $zone, $names, true ) ? $zone : 'UTC' ) );
	}

	private static function step( Document $document ): int {
		$stage = $document->text( 'stage' );
		if ( isset( self::STEPS[ $stage ] ) ) {
			return self::STEPS[ $stage ];
		}
		if ( $document->has( 'award' ) ) {
			return in_array( $document->text( 'award.state' ), array( 'issued', 'credited', 'expired' ), true ) ? 5 : 4;
		}
		if ( $document->has( 'window' ) ) {
			return 'closed' === $document->text( 'window.state' ) ? 3 : 2;
		}
		foreach ( array( 'integration_set_up', 'account_linked' ) as $step => $rule ) {
			if ( 'pass' !== self::outcome( $document, $rule ) ) {
				return $step;
			}
		}
		return 2;
	}

	private static function outcome( Document $document, string $id ): string {
		foreach ( $document->each( 'rules' ) as $rule ) {
			if ( $id === $rule->text( 'id' ) ) {
				return $rule->text( 'outcome' );
			}
		}
		return '';
	}
}
