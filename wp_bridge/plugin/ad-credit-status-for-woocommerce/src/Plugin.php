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
	 * Begins, reports daily and rests.
	 *
	 * @since 1.1.0
	 * @var Lifecycle
	 */
	public Lifecycle $lifecycle;

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
		add_action( 'init', array( new Translations(), 'load' ) );
		$this->register_background();
		$this->register_admin();
		add_action( 'rest_api_init', array( new Routes( $this, new Schemas() ), 'register' ) );
		if ( defined( 'WP_CLI' ) && WP_CLI ) {
			\WP_CLI::add_command( 'ad-credit', new Command( $this ) );
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
		$this->lifecycle    = new Lifecycle( $this->schedule, $this->monitor, $this->state_signal, $this->connector );
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
		add_action( 'action_scheduler_init', array( $this->lifecycle, 'begin' ) );
		add_action( Signals::ACTION, array( $this->refresher, 'refresh_after_signal' ) );
		add_action( Schedule::REFRESH, array( $this->refresher, 'run' ), 10, 0 );
		add_action( Schedule::DAILY, array( $this->lifecycle, 'report_daily' ), 10, 0 );
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
}
