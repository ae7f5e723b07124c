import django.db.models.deletion
from django.db import migrations, models

# The newest result of each stream that was recorded before it was kept.
FILL = """
INSERT INTO audits_streamnewest (stream_id, result_id, log10_e_violating)
SELECT DISTINCT ON (stream.id) stream.id, r.id, r.log10_e_violating
FROM audits_streamrow stream
JOIN audits_result r ON r.version_id = stream.version_id AND r.spec_digest = stream.spec_digest
JOIN audits_shard s ON s.id = r.shard_id AND (s.labelled_id IS NOT NULL) = stream.by_people
ORDER BY stream.id, r.recorded_at DESC
"""


class Migration(migrations.Migration):
    dependencies = [
        ("audits", "0011_streams"),
    ]

    operations = [
        migrations.CreateModel(
            name="StreamNewest",
            fields=[
                (
                    "stream",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="head",
                        serialize=False,
                        to="audits.streamrow",
                    ),
                ),
                ("log10_e_violating", models.FloatField(help_text="Of the result.")),
                (
                    "result",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="audits.result",
                    ),
                ),
            ],
            options={
                "verbose_name": "newest result of a stream",
                "verbose_name_plural": "newest results of streams",
            },
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
