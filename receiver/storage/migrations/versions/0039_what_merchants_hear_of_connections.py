"""stores carry the run of numbers that fell back, their last move, and when keys were left at the shop"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

COLUMNS: dict[str, sa.types.TypeEngine[Any]] = {
    "sequence_fall": sa.Text(),
    "moved_at": sa.DateTime(timezone=True),
    "moved_from": sa.Text(),
    "keys_left_at": sa.DateTime(timezone=True),
}


def upgrade() -> None:
    for name, kind in COLUMNS.items():
        op.add_column("stores", sa.Column(name, kind, nullable=True))


def downgrade() -> None:
    for name in reversed(COLUMNS):
        op.drop_column("stores", name)
