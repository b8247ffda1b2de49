<?php
/**
 * The plugin: builds its objects once, and says which hook of WordPress each one answers.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Holds the plugin's objects.
 *
 * @since 1.0.0
 */
final class Plugin {

	/** Options that had another name in 1.0, each with its name of today. */
	const RENAMED_OPTIONS = array(
		'wc_ad_credit_seen'    => IntegrationMonitor::OPTION,
		'wc_ad_credit_told'    => AdminNotice::OPTION,
		'wc_ad_credit_answers' => StatusCache::OPTION,
	);

	/**
	 * The stored connection.
	 *
	 * @since 1.1.0
	 * @var Connection
	 */
	public Connection $connection;

	/**
	 * WooCommerce's log.
	 *
	 * @since 1.1.0
	 * @var Log
	 */
	public Log $log;

	/**
	 * The stored answers of the service.
	 *
	 * @since 1.1.0
	 * @var StatusCache
	 */
	public StatusCache $cache;

	/**
	 * Plans background work.
	 *
	 * @since 1.1.0
	 * @var Schedule
	 */
	public Schedule $schedule;

	/**
	 * Calls the service.
	 *
	 * @since 1.1.0
	 * @var ServiceClient
	 */
	public ServiceClient $client;

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
	 * Reads the progress from a document.
	 *
	 * @since 1.1.0
	 * @var Progress
	 */
	public Progress $progress;

	/**
	 * Reads the offer from a document.
	 *
	 * @since 1.1.0
	 * @var Offer
	 */
	public Offer $offer;

	/**
	 * Chooses the number at the top.
	 *
	 * @since 1.1.0
	 * @var KeyFigure
	 */
	public KeyFigure $key_figure;

	/**
	 * Draws the spend.
	 *
	 * @since 1.1.0
	 * @var SpendChart
	 */
	public SpendChart $chart;

	/**
	 * Writes what support needs to know.
	 *
	 * @since 1.1.0
	 * @var SupportText
	 */
	public SupportText $support;

	/**
	 * Asks what an amount a day leads to.
	 *
	 * @since 1.1.0
	 * @var WhatIf
	 */
	public WhatIf $what_if;

	/**
	 * The service's notices in WooCommerce's inbox.
	 *
	 * @since 1.1.0
	 * @var ServiceNotices
	 */
	public ServiceNotices $notices;

	/**
	 * The notices by e-mail.
	 *
	 * @since 1.1.0
	 * @var MailNotices
	 */
	public MailNotices $mail;

	/**
	 * Chooses the button at the top.
	 *
	 * @since 1.1.0
	 * @var NextStep
	 */
	public NextStep $next_step;

	/**
	 * The note in WooCommerce's inbox.
	 *
	 * @since 1.1.0
	 * @var AdminNotice
	 */
	public AdminNotice $notice;

	/**
	 * Fetches the status document.
	 *
	 * @since 1.1.0
	 * @var Refresher
	 */
	public Refresher $refresher;

	/**
	 * Asks for reviews.
	 *
	 * @since 1.1.0
	 * @var ReviewRequest
	 */
	public ReviewRequest $review;

	/**
	 * What identifies this installation.
	 *
	 * @since 1.1.0
	 * @var Installation
	 */
	public Installation $installation;

	/**
	 * Reads the state of TikTok's integration.
	 *
	 * @since 1.1.0
	 * @var Integration
	 */
	public Integration $integration;

	/**
	 * Sends signals.
	 *
	 * @since 1.1.0
	 * @var Signals
	 */
	public Signals $signals;

	/**
	 * Watches TikTok's integration.
	 *
	 * @since 1.1.0
	 * @var IntegrationMonitor
	 */
	public IntegrationMonitor $monitor;

	/**
	 * Builds the state signal.
	 *
	 * @since 1.1.0
	 * @var StateSignal
	 */
	public StateSignal $state_signal;

	/**
	 * The service's webhooks.
	 *
	 * @since 1.1.0
	 * @var Webhooks
	 */
	public Webhooks $webhooks;

	/**
	 * The service's REST keys.
	 *
	 * @since 1.1.0
	 * @var ApiKeys
	 */
	public ApiKeys $keys;

	/**
	 * Shapes and watches deliveries.
	 *
	 * @since 1.1.0
	 * @var DeliveryMonitor
	 */
	public DeliveryMonitor $deliveries;

	/**
	 * Connects and disconnects the store.
	 *
	 * @since 1.1.0
	 * @var Connector
	 */
	public Connector $connector;

	/**
	 * Draws templates.
	 *
	 * @since 1.1.0
	 * @var Template
	 */
	public Template $template;

	/**
	 * What a button did.
	 *
	 * @since 1.1.0
	 * @var FlashMessage
	 */
	public FlashMessage $flash;

	/**
	 * The page under Marketing.
	 *
	 * @since 1.1.0
	 * @var Page
	 */
	public Page $page;

	/**
	 * Build the objects.
	 *
	 * @since 1.1.0
	 */
	public function __construct() {
		$this->connection = new Connection();
		$this->log        = new Log();
		$this->cache      = new StatusCache();
		$this->schedule   = new Schedule();
		$this->client     = new ServiceClient( $this->connection, $this->log );
		$this->build_reports();
		$this->build_page();
	}

	/**
	 * Declare that orders and checkout blocks are left alone.
	 *
	 * @since 1.0.0
	 *
	 * @return void
	 */
	public function declare_compatibility(): void {
		if ( class_exists( \Automattic\WooCommerce\Utilities\FeaturesUtil::class ) ) {
			foreach ( array( 'custom_order_tables', 'cart_checkout_blocks' ) as $feature ) {
				\Automattic\WooCommerce\Utilities\FeaturesUtil::declare_compatibility( $feature, WC_AD_CREDIT_FILE, true );
			}
		}
	}

	/**
	 * Register the hooks, once all plugins are loaded.
	 *
	 * @since 1.0.0
	 *
	 * @return void
	 */
	public function start(): void {
		if ( ! class_exists( 'WooCommerce' ) ) {
			add_action( 'admin_notices', 'wc_ad_credit_no_woocommerce_notice' );
			return;
		}
		add_action( 'init', array( $this, 'load_translations' ) );
		$this->register_background();
		$this->register_admin();
		add_action( 'rest_api_init', array( new Routes( $this, new Schemas() ), 'register' ) );
		if ( defined( 'WP_CLI' ) && WP_CLI ) {
			\WP_CLI::add_command( 'ad-credit', new Command( $this ) );
		}
	}

	/**
	 * Begin after installing, updating or activating: the first look, and what recurs.
	 *
	 * @since 1.0.0
	 *
	 * @return void
	 */
	public function begin(): void {
		if ( $this->schedule->is_planned() ) {
			return;
		}
		$this->rename_options();
		$this->monitor->catch_up();
		$this->schedule->plan();
		$this->connector->resume();
	}

	/**
	 * Rest while the plugin is inactive, on each site of the network where it ran.
	 *
	 * @since 1.1.0
	 *
	 * @param bool $network_wide Whether it is deactivated for the whole network.
	 * @return void
	 */
	public function deactivate( $network_wide = false ): void {
		if ( ! $network_wide || ! is_multisite() ) {
			$this->connector->suspend();
			return;
		}
		$query = array(
			'fields' => 'ids',
			'number' => 0,
		);
		foreach ( get_sites( $query ) as $site ) {
			switch_to_blog( (int) $site );
			if ( $this->schedule->is_planned() ) {
				$this->connector->suspend();
			}
			restore_current_blog();
		}
	}

	/**
	 * Send what no hook saw, and then the whole state.
	 *
	 * @since 1.0.0
	 *
	 * @return void
	 */
	public function report_daily(): void {
		$this->monitor->catch_up();
		$this->state_signal->send();
	}

	/**
	 * Look at the service soon after a signal, because it decides anew.
	 *
	 * @since 1.1.0
	 *
	 * @param array $signal The signal.
	 * @return void
	 */
	public function refresh_after_signal( $signal ): void {
		if ( 'state' !== ( $signal['event'] ?? '' ) && $this->connection->is_established() ) {
			$this->schedule->refresh_soon();
		}
	}

	/**
	 * Load the translations that come with the plugin, where the plugin directory has brought none.
	 *
	 * Every Spanish is served by that of Spain.
	 *
	 * @since 1.1.0
	 *
	 * @return void
	 */
	public function load_translations(): void {
		$locale = determine_locale();
		$name   = 'ad-credit-status-for-woocommerce';
		if ( is_readable( WP_LANG_DIR . "/plugins/$name-$locale.mo" ) ) {
			return;
		}
		$bundled = preg_match( '/^es(_|$)/', $locale ) ? 'es_ES' : $locale;
		$file    = dirname( WC_AD_CREDIT_FILE ) . "/languages/$name-$bundled.mo";
		if ( is_readable( $file ) ) {
			load_textdomain( 'ad-credit-status-for-woocommerce', $file );
		}
	}

	/**
	 * Build what watches, reports and connects.
	 *
	 * @since 1.1.0
	 *
	 * @return void
	 */
	private function build_reports(): void {
		$this->progress     = new Progress();
		$this->notice       = new AdminNotice( $this->cache, $this->progress );
		$this->notices      = new ServiceNotices( $this->cache );
		$this->installation = new Installation();
		$this->integration  = new Integration();
		$this->signals      = new Signals( $this->installation, $this->connection );
		$this->monitor      = new IntegrationMonitor( $this->integration, new LinkConfirmation(), new IntegrationDiff(), $this->schedule, $this->signals );
		$this->state_signal = new StateSignal( $this->signals, $this->monitor, $this->connection, $this->cache );
		$this->webhooks     = new Webhooks( $this->connection );
		$this->keys         = new ApiKeys();
		$this->deliveries   = new DeliveryMonitor( $this->webhooks, $this->connection, $this->schedule, $this->log );
		$this->connector    = new Connector( $this->connection, $this->client, $this->cache, $this->schedule, $this->webhooks, $this->keys, $this->notice, $this->notices, $this->deliveries );
	}

	/**
	 * Build what a merchant sees.
	 *
	 * @since 1.1.0
	 *
	 * @return void
	 */
	private function build_page(): void {
		$this->format     = new Format();
		$this->messages   = new Messages();
		$this->offer      = new Offer();
		$this->key_figure = new KeyFigure( $this->format, $this->offer );
		$this->chart      = new SpendChart();
		$this->support    = new SupportText( $this->installation, $this->connection );
		$this->what_if    = new WhatIf( $this->connection, $this->client, $this->messages );
		$this->next_step  = new NextStep( $this->progress );
		$this->refresher  = new Refresher( $this->connection, $this->client, $this->cache, $this->schedule, $this->notice, $this->notices );
		$this->review     = new ReviewRequest( $this->connection, $this->client, $this->refresher );
		$this->mail       = new MailNotices( $this->connection, $this->client, $this->refresher );
		$this->template   = new Template( $this->format, $this->messages, $this->progress );
		$this->flash      = new FlashMessage();
		$this->page       = new Page( $this );
	}

	/**
	 * Register what runs without a user.
	 *
	 * @since 1.0.0
	 *
	 * @return void
	 */
	private function register_background(): void {
		$this->monitor->watch();
		$this->deliveries->watch();
		add_action( 'action_scheduler_init', array( $this, 'begin' ) );
		add_action( Signals::ACTION, array( $this, 'refresh_after_signal' ) );
		add_action( Schedule::REFRESH, array( $this->refresher, 'run' ), 10, 0 );
		add_action( Schedule::DAILY, array( $this, 'report_daily' ), 10, 0 );
		add_action( Schedule::STATE, array( $this->state_signal, 'send' ), 10, 0 );
		add_action( Schedule::SETTLE, array( $this->monitor, 'catch_up' ), 10, 0 );
	}

	/**
	 * Register what users see.
	 *
	 * @since 1.0.0
	 *
	 * @return void
	 */
	private function register_admin(): void {
		$this->page->register();
		$this->notice->watch();
		$this->notices->watch();
		add_action( 'admin_post_' . Actions::HOOK, array( new Actions( $this ), 'handle' ) );
		add_action( 'woocommerce_system_status_report', array( new SystemStatus( $this ), 'show' ) );
		add_action( 'admin_init', array( new Privacy(), 'suggest' ) );
	}

	/**
	 * Move options of 1.0 to their names of today; the state reported last must not be lost.
	 *
	 * @since 1.1.0
	 *
	 * @return void
	 */
	private function rename_options(): void {
		foreach ( self::RENAMED_OPTIONS as $old => $new ) {
			$value = get_option( $old );
			if ( false !== $value ) {
				add_option( $new, $value, '', false );
				delete_option( $old );
			}
		}
	}
}
