"""pages of awards and reviews by date, and the sums of awards"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

FLAGGED = sa.text("flags <> '[]'")


def upgrade() -> None:
    op.drop_index("ix_awards_state", table_name="awards")
    op.create_index("ix_awards_due_by", "awards", ["due_by", "id"])
    op.create_index("ix_awards_state", "awards", ["state", "due_by", "id"])
    op.create_index("ix_awards_programme", "awards", ["programme", "due_by", "id"])
    op.create_index(
        "ix_awards_flagged", "awards", ["due_by", "id"], sqlite_where=FLAGGED, postgresql_where=FLAGGED
    )
    op.create_index(
        "ix_awards_sums", "awards", ["programme", "state", "currency", "threshold", "credit", "due_by"]
    )
    op.create_index("ix_reviews_asked", "reviews", ["asked_at", "id"])
    op.create_index("ix_reviews_state", "reviews", ["state", "asked_at", "id"])


def downgrade() -> None:
    op.drop_index("ix_reviews_state", table_name="reviews")
    op.drop_index("ix_reviews_asked", table_name="reviews")
    for name in ("sums", "flagged", "programme", "state", "due_by"):
        op.drop_index(f"ix_awards_{name}", table_name="awards")
    op.create_index("ix_awards_state", "awards", ["state"])
