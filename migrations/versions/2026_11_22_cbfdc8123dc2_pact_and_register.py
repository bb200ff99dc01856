"""Texts, adoptions and targets; the register of models, movements; made files.

Revision cbfdc8123dc2, after 8c58751f506b, 2026-11-22.
"""

import sqlalchemy as sa
from alembic import op

revision = "cbfdc8123dc2"
down_revision = "8c58751f506b"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "made",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("mime", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("file_id", sa.String(length=256), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_made")),
        sa.UniqueConstraint("key", name=op.f("uq_made_key")),
    )
    op.create_table(
        "movement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("bloc_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("plain", sa.String(length=200), nullable=False),
        sa.Column("first_year", sa.Integer(), nullable=False),
        sa.Column("last_year", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["bloc_id"], ["bloc.id"], name=op.f("fk_movement_bloc_id_bloc")),
        sa.ForeignKeyConstraint(
            ["created_by"], ["person.id"], name=op.f("fk_movement_created_by_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_movement")),
    )
    with op.batch_alter_table("movement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_movement_bloc_id"), ["bloc_id"], unique=False)

    op.create_table(
        "model",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("bloc_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("product", sa.String(length=300), nullable=False),
        sa.Column("field", sa.String(length=64), nullable=False),
        sa.Column("card", sa.JSON(), nullable=False),
        sa.Column("plain", sa.String(length=600), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("origin_id", sa.Integer(), nullable=True),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["bloc_id"], ["bloc.id"], name=op.f("fk_model_bloc_id_bloc")),
        sa.ForeignKeyConstraint(
            ["created_by"], ["person.id"], name=op.f("fk_model_created_by_person")
        ),
        sa.ForeignKeyConstraint(["origin_id"], ["model.id"], name=op.f("fk_model_origin_id_model")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_model_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model")),
        sa.UniqueConstraint("bloc_id", "number", name=op.f("uq_model_bloc_id_number")),
    )
    with op.batch_alter_table("model", schema=None) as batch_op:
        batch_op.create_index("ix_model_bloc_id_state", ["bloc_id", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_model_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "movement_bloc",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("movement_id", sa.Integer(), nullable=False),
        sa.Column("bloc_id", sa.Integer(), nullable=False),
        sa.Column("joined_by", sa.Integer(), nullable=True),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["bloc_id"], ["bloc.id"], name=op.f("fk_movement_bloc_bloc_id_bloc")
        ),
        sa.ForeignKeyConstraint(
            ["joined_by"], ["person.id"], name=op.f("fk_movement_bloc_joined_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["movement_id"], ["movement.id"], name=op.f("fk_movement_bloc_movement_id_movement")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_movement_bloc")),
        sa.UniqueConstraint(
            "movement_id", "bloc_id", name=op.f("uq_movement_bloc_movement_id_bloc_id")
        ),
    )
    with op.batch_alter_table("movement_bloc", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_movement_bloc_bloc_id"), ["bloc_id"], unique=False)

    op.create_table(
        "bloc_text",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("bloc_year_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["bloc_year_id"], ["bloc_year.id"], name=op.f("fk_bloc_text_bloc_year_id_bloc_year")
        ),
        sa.ForeignKeyConstraint(
            ["changed_by"], ["person.id"], name=op.f("fk_bloc_text_changed_by_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bloc_text")),
        sa.UniqueConstraint("bloc_year_id", "kind", name=op.f("uq_bloc_text_bloc_year_id_kind")),
    )
    op.create_table(
        "model_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("was", sa.String(length=20), nullable=True),
        sa.Column("becomes", sa.String(length=20), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("why", sa.String(length=500), nullable=True),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("word", sa.String(length=500), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["asked_by"], ["person.id"], name=op.f("fk_model_change_asked_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["person.id"], name=op.f("fk_model_change_decided_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["model_id"], ["model.id"], name=op.f("fk_model_change_model_id_model")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_change")),
    )
    with op.batch_alter_table("model_change", schema=None) as batch_op:
        batch_op.create_index("ix_model_change_model_id_since", ["model_id", "since"], unique=False)

    op.create_table(
        "model_picture",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("file_id", sa.String(length=256), nullable=False),
        sa.Column("content_key", sa.String(length=64), nullable=False),
        sa.Column("caption", sa.String(length=1024), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed", sa.String(length=64), nullable=True),
        sa.Column("added_by", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["added_by"], ["person.id"], name=op.f("fk_model_picture_added_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["model_id"], ["model.id"], name=op.f("fk_model_picture_model_id_model")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_picture")),
    )
    with op.batch_alter_table("model_picture", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_model_picture_model_id"), ["model_id"], unique=False)

    op.create_table(
        "model_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("body", sa.String(length=1000), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(length=1000), nullable=True),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["person.id"], name=op.f("fk_model_question_answered_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["model_id"], ["model.id"], name=op.f("fk_model_question_model_id_model")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_model_question_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_model_question_unit_id_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_question")),
    )
    with op.batch_alter_table("model_question", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_model_question_model_id"), ["model_id"], unique=False)

    op.create_table(
        "movement_model",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("movement_id", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("tied_by", sa.Integer(), nullable=False),
        sa.Column("tied_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["model_id"], ["model.id"], name=op.f("fk_movement_model_model_id_model")
        ),
        sa.ForeignKeyConstraint(
            ["movement_id"], ["movement.id"], name=op.f("fk_movement_model_movement_id_movement")
        ),
        sa.ForeignKeyConstraint(
            ["tied_by"], ["person.id"], name=op.f("fk_movement_model_tied_by_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_movement_model")),
        sa.UniqueConstraint(
            "movement_id", "model_id", name=op.f("uq_movement_model_movement_id_model_id")
        ),
    )
    with op.batch_alter_table("movement_model", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_movement_model_model_id"), ["model_id"], unique=False)

    op.create_table(
        "replication",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("copy_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["copy_id"], ["model.id"], name=op.f("fk_replication_copy_id_model")
        ),
        sa.ForeignKeyConstraint(
            ["model_id"], ["model.id"], name=op.f("fk_replication_model_id_model")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_replication_person_id_person")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_replication_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replication")),
        sa.UniqueConstraint("model_id", "unit_id", name=op.f("uq_replication_model_id_unit_id")),
    )
    op.create_table(
        "target",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("bloc_year_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("indicator", sa.String(length=64), nullable=False),
        sa.Column("planned", sa.String(length=32), nullable=False),
        sa.Column("changed_by", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["bloc_year_id"], ["bloc_year.id"], name=op.f("fk_target_bloc_year_id_bloc_year")
        ),
        sa.ForeignKeyConstraint(
            ["changed_by"], ["person.id"], name=op.f("fk_target_changed_by_person")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_target_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target")),
        sa.UniqueConstraint(
            "bloc_year_id",
            "unit_id",
            "indicator",
            name=op.f("uq_target_bloc_year_id_unit_id_indicator"),
        ),
    )
    op.create_table(
        "text_comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("text_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("paragraph", sa.Integer(), nullable=True),
        sa.Column("quote", sa.String(length=400), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("body", sa.String(length=1000), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verdict", sa.String(length=20), nullable=False),
        sa.Column("word", sa.String(length=500), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["person.id"], name=op.f("fk_text_comment_decided_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_text_comment_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["text_id"], ["bloc_text.id"], name=op.f("fk_text_comment_text_id_bloc_text")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_text_comment_unit_id_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_text_comment")),
    )
    with op.batch_alter_table("text_comment", schema=None) as batch_op:
        batch_op.create_index("ix_text_comment_text_id_round", ["text_id", "round"], unique=False)

    op.create_table(
        "text_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("text_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("why", sa.String(length=1000), nullable=True),
        sa.Column("published_by", sa.Integer(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("complete_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["published_by"], ["person.id"], name=op.f("fk_text_version_published_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["text_id"], ["bloc_text.id"], name=op.f("fk_text_version_text_id_bloc_text")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_text_version")),
        sa.UniqueConstraint("text_id", "version", name=op.f("uq_text_version_text_id_version")),
    )
    op.create_table(
        "adoption",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("unit_name", sa.String(length=200), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("person_name", sa.String(length=100), nullable=False),
        sa.Column("post", sa.String(length=100), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("commitment", sa.JSON(), nullable=False),
        sa.Column("commitment_hash", sa.String(length=64), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.Integer(), nullable=True),
        sa.Column("withdrawn_why", sa.String(length=500), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_adoption_person_id_person")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_adoption_unit_id_unit")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["text_version.id"], name=op.f("fk_adoption_version_id_text_version")
        ),
        sa.ForeignKeyConstraint(
            ["withdrawn_by"], ["person.id"], name=op.f("fk_adoption_withdrawn_by_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adoption")),
    )
    with op.batch_alter_table("adoption", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_adoption_unit_id"), ["unit_id"], unique=False)
        batch_op.create_index(
            "uq_adoption_version_id_unit_id_standing",
            ["version_id", "unit_id"],
            unique=True,
            sqlite_where=sa.text("withdrawn_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        )

    with op.batch_alter_table("bloc_year", schema=None) as batch_op:
        batch_op.add_column(sa.Column("papers", sa.JSON(none_as_null=True), nullable=True))

    with op.batch_alter_table("report", schema=None) as batch_op:
        batch_op.add_column(sa.Column("given", sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("report", schema=None) as batch_op:
        batch_op.drop_column("given")

    with op.batch_alter_table("bloc_year", schema=None) as batch_op:
        batch_op.drop_column("papers")

    with op.batch_alter_table("adoption", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_adoption_version_id_unit_id_standing",
            sqlite_where=sa.text("withdrawn_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_adoption_unit_id"))

    op.drop_table("adoption")
    op.drop_table("text_version")
    with op.batch_alter_table("text_comment", schema=None) as batch_op:
        batch_op.drop_index("ix_text_comment_text_id_round")

    op.drop_table("text_comment")
    op.drop_table("target")
    op.drop_table("replication")
    with op.batch_alter_table("movement_model", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_movement_model_model_id"))

    op.drop_table("movement_model")
    with op.batch_alter_table("model_question", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_model_question_model_id"))

    op.drop_table("model_question")
    with op.batch_alter_table("model_picture", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_model_picture_model_id"))

    op.drop_table("model_picture")
    with op.batch_alter_table("model_change", schema=None) as batch_op:
        batch_op.drop_index("ix_model_change_model_id_since")

    op.drop_table("model_change")
    op.drop_table("bloc_text")
    with op.batch_alter_table("movement_bloc", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_movement_bloc_bloc_id"))

    op.drop_table("movement_bloc")
    with op.batch_alter_table("model", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_model_unit_id"))
        batch_op.drop_index("ix_model_bloc_id_state")

    op.drop_table("model")
    with op.batch_alter_table("movement", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_movement_bloc_id"))

    op.drop_table("movement")
    op.drop_table("made")
