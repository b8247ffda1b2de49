"""a store's UUID outlives its keys, claims about stores are held, and the worker calls shops"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
IS_ASKED = sa.text("look_asked_at IS NOT NULL OR rotation IS NOT NULL")
UNDER_WAY = sa.text("outcome IS NULL")


def upgrade() -> None:
    op.add_column("stores", sa.Column("shop_uuid", sa.String(), nullable=True))
    op.execute(
        "UPDATE stores SET shop_uuid = (SELECT store_uuid FROM bridges WHERE bridges.store_id = stores.id)"
    )
    op.create_index("uq_stores_shop_uuid", "stores", ["shop_uuid"], unique=True)
    with op.batch_alter_table("bridges") as bridges:
        bridges.drop_constraint("uq_bridges_store_uuid", type_="unique")
        bridges.drop_column("store_uuid")
        bridges.add_column(sa.Column("look_asked_at", TIME, nullable=True))
        bridges.add_column(sa.Column("rotation", sa.Text(), nullable=True))
    op.create_index(
        "ix_bridges_asked", "bridges", ["store_id"], sqlite_where=IS_ASKED, postgresql_where=IS_ASKED
    )
    with op.batch_alter_table("connects") as connects:
        connects.alter_column("rest_base", existing_type=sa.String(), nullable=True)
        connects.add_column(sa.Column("user_id_sealed", sa.Text(), nullable=True))
    op.create_index(
        "ix_connects_open", "connects", ["created_at"], sqlite_where=UNDER_WAY, postgresql_where=UNDER_WAY
    )
    op.create_table(
        "address_claims",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True),
        sa.Column("store_id", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("uuid", sa.String(), nullable=True),
        sa.Column("home_url", sa.Text(), nullable=True),
        sa.Column("signed_at", TIME, nullable=True),
        sa.Column("first_at", TIME, nullable=False),
        sa.Column("last_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_address_claims"),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name="fk_address_claims_store_id"),
        sa.UniqueConstraint("store_id", "address", name="uq_address_claims_store"),
    )
    op.create_index("ix_address_claims_last_at", "address_claims", ["last_at"])


def downgrade() -> None:
    op.drop_table("address_claims")
    op.drop_index("ix_connects_open", "connects")
    op.execute("DELETE FROM connects WHERE rest_base IS NULL")
    with op.batch_alter_table("connects") as connects:
        connects.drop_column("user_id_sealed")
        connects.alter_column("rest_base", existing_type=sa.String(), nullable=False)
    op.drop_index("ix_bridges_asked", "bridges")
    with op.batch_alter_table("bridges") as bridges:
        bridges.add_column(sa.Column("store_uuid", sa.String(), nullable=True))
        bridges.drop_column("rotation")
        bridges.drop_column("look_asked_at")
        bridges.create_unique_constraint("uq_bridges_store_uuid", ["store_uuid"])
    op.execute(
        "UPDATE bridges SET store_uuid = (SELECT shop_uuid FROM stores WHERE stores.id = bridges.store_id)"
    )
    op.drop_index("uq_stores_shop_uuid", "stores")
    op.drop_column("stores", "shop_uuid")
