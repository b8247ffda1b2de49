"""the first tables"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("advertiser_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=True),
        sa.Column("country", sa.String(), nullable=True),
        sa.Column("currency", sa.String(), nullable=True),
        sa.Column("timezone", sa.String(), nullable=True),
        sa.Column("business_center", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("spend_read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_poll_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("poll_reason", sa.String(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("advertiser_id", name="pk_accounts"),
    )
    op.create_index("ix_accounts_next_poll_at", "accounts", ["next_poll_at"], unique=False)

    op.create_table(
        "audit",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_index("ix_audit_subject", "audit", ["subject"], unique=False)

    op.create_table(
        "heartbeats",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_heartbeats"),
    )
    op.create_table(
        "programmes",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_programmes"),
    )
    op.create_table(
        "spend_days",
        sa.Column("advertiser_id", sa.String(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("spend", sa.String(40), nullable=True),
        sa.Column("billed_cost", sa.String(40), nullable=True),
        sa.Column("cash_spend", sa.String(40), nullable=True),
        sa.Column("voucher_spend", sa.String(40), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("advertiser_id", "date", name="pk_spend_days"),
    )
    op.create_table(
        "staff",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_staff"),
        sa.UniqueConstraint("email", name="uq_staff_email"),
    )
    op.create_table(
        "stores",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=True),
        sa.Column("currency", sa.String(), nullable=True),
        sa.Column("merchant", sa.String(), nullable=False),
        sa.Column("programme", sa.String(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("admitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disconnected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("status_token_hash", sa.String(), nullable=True),
        sa.Column("installed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("set_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("integration_news", sa.Text(), nullable=True),
        sa.Column("account_news", sa.Text(), nullable=True),
        sa.Column("stage", sa.String(), nullable=True),
        sa.Column("verdict", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_stores"),
        sa.UniqueConstraint("status_token_hash", name="uq_stores_status_token_hash"),
        sa.UniqueConstraint("url", name="uq_stores_url"),
    )
    op.create_index("ix_stores_merchant", "stores", ["merchant"], unique=False)
    op.create_index("ix_stores_stage", "stores", ["stage"], unique=False)

    op.create_table(
        "decisions",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("store_id", sa.String(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("programme", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name="fk_decisions_store_id"),
        sa.PrimaryKeyConstraint("id", name="pk_decisions"),
    )
    op.create_index("ix_decisions_store_id", "decisions", ["store_id"], unique=False)

    op.create_table(
        "deliveries",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("identity", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("store_id", sa.String(), nullable=True),
        sa.Column("hook_id", sa.String(), nullable=True),
        sa.Column("topic", sa.String(), nullable=True),
        sa.Column("webhook_id", sa.String(), nullable=True),
        sa.Column("delivery_id", sa.String(), nullable=True),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("body_sha256", sa.String(length=64), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("duplicates", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name="fk_deliveries_store_id"),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
        sa.UniqueConstraint("identity", name="uq_deliveries_identity"),
    )
    op.create_index("ix_deliveries_state", "deliveries", ["state", "id"], unique=False)
    op.create_index("ix_deliveries_store", "deliveries", ["store_id", "id"], unique=False)
    op.create_index("ix_deliveries_waiting", "deliveries", ["due_at", "id"], unique=False)

    op.create_table(
        "hooks",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("store_id", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name="fk_hooks_store_id"),
        sa.PrimaryKeyConstraint("id", name="pk_hooks"),
    )
    op.create_index("ix_hooks_store_id", "hooks", ["store_id"], unique=False)

    op.create_table(
        "links",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("store_id", sa.String(), nullable=False),
        sa.Column("advertiser_id", sa.String(), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("exact", sa.Boolean(), nullable=True),
        sa.Column("linked_news", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("token_sealed", sa.Text(), nullable=True),
        sa.Column("consent", sa.Boolean(), nullable=True),
        sa.Column("consent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("prior_spend", sa.String(40), nullable=True),
        sa.Column("prior_spend_before", sa.Date(), nullable=True),
        sa.Column("prior_spend_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name="fk_links_store_id"),
        sa.PrimaryKeyConstraint("id", name="pk_links"),
        sa.UniqueConstraint("store_id", "advertiser_id", name="uq_links_store_id"),
    )
    op.create_index("ix_links_advertiser_id", "links", ["advertiser_id"], unique=False)
    op.create_index("ix_links_store_id", "links", ["store_id"], unique=False)

    op.create_table(
        "recorded_facts",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("store_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name="fk_recorded_facts_store_id"),
        sa.PrimaryKeyConstraint("id", name="pk_recorded_facts"),
    )
    op.create_index("ix_recorded_facts_store_id", "recorded_facts", ["store_id"], unique=False)

    op.create_table(
        "signals",
        sa.Column("store_id", sa.String(), nullable=False),
        sa.Column("install_id", sa.String(), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delivery_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name="fk_signals_store_id"),
        sa.PrimaryKeyConstraint("store_id", "install_id", "seq", name="pk_signals"),
    )
    op.create_table(
        "attempts",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("delivery_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["deliveries.id"], name="fk_attempts_delivery_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_attempts"),
    )
    op.create_index("ix_attempts_delivery_id", "attempts", ["delivery_id"], unique=False)

    op.create_table(
        "awards",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("programme", sa.String(), nullable=False),
        sa.Column("store_id", sa.String(), nullable=False),
        sa.Column("merchant", sa.String(), nullable=False),
        sa.Column("advertiser_id", sa.String(), nullable=False),
        sa.Column("business_center", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("credit", sa.String(40), nullable=False),
        sa.Column("threshold", sa.String(40), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_by", sa.Date(), nullable=False),
        sa.Column("delivery", sa.String(), nullable=True),
        sa.Column("reference", sa.String(), nullable=True),
        sa.Column("flags", sa.Text(), nullable=False),
        sa.Column("decision_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name="fk_awards_decision_id"),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name="fk_awards_store_id"),
        sa.PrimaryKeyConstraint("id", name="pk_awards"),
        sa.UniqueConstraint("programme", "advertiser_id", name="uq_awards_advertiser"),
        sa.UniqueConstraint("programme", "store_id", name="uq_awards_store"),
    )
    op.create_index("ix_awards_business_center", "awards", ["business_center"], unique=False)
    op.create_index("ix_awards_merchant", "awards", ["merchant"], unique=False)
    op.create_index("ix_awards_state", "awards", ["state"], unique=False)

    op.create_table(
        "hook_secrets",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("hook_id", sa.String(), nullable=False),
        sa.Column("secret_sealed", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["hook_id"], ["hooks.id"], name="fk_hook_secrets_hook_id"),
        sa.PrimaryKeyConstraint("id", name="pk_hook_secrets"),
    )
    op.create_index("ix_hook_secrets_hook_id", "hook_secrets", ["hook_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_hook_secrets_hook_id", table_name="hook_secrets")

    op.drop_table("hook_secrets")
    op.drop_index("ix_awards_state", table_name="awards")
    op.drop_index("ix_awards_merchant", table_name="awards")
    op.drop_index("ix_awards_business_center", table_name="awards")

    op.drop_table("awards")
    op.drop_index("ix_attempts_delivery_id", table_name="attempts")

    op.drop_table("attempts")
    op.drop_table("signals")
    op.drop_index("ix_recorded_facts_store_id", table_name="recorded_facts")

    op.drop_table("recorded_facts")
    op.drop_index("ix_links_store_id", table_name="links")
    op.drop_index("ix_links_advertiser_id", table_name="links")

    op.drop_table("links")
    op.drop_index("ix_hooks_store_id", table_name="hooks")

    op.drop_table("hooks")
    op.drop_index("ix_deliveries_waiting", table_name="deliveries")
    op.drop_index("ix_deliveries_store", table_name="deliveries")
    op.drop_index("ix_deliveries_state", table_name="deliveries")

    op.drop_table("deliveries")
    op.drop_index("ix_decisions_store_id", table_name="decisions")

    op.drop_table("decisions")
    op.drop_index("ix_stores_stage", table_name="stores")
    op.drop_index("ix_stores_merchant", table_name="stores")

    op.drop_table("stores")
    op.drop_table("staff")
    op.drop_table("spend_days")
    op.drop_table("programmes")
    op.drop_table("heartbeats")
    op.drop_index("ix_audit_subject", table_name="audit")

    op.drop_table("audit")
    op.drop_index("ix_accounts_next_poll_at", table_name="accounts")

    op.drop_table("accounts")
