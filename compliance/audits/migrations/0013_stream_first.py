from django.db import migrations, models

# Of streams whose first result was recorded before its e-value was kept beside the newest.
FILL = """
UPDATE audits_streamnewest newest
SET first_log10_e_violating = found.log10_e_violating
FROM (
    SELECT DISTINCT ON (stream.id) stream.id, r.log10_e_violating
    FROM audits_streamrow stream
    JOIN audits_result r ON r.version_id = stream.version_id AND r.spec_digest = stream.spec_digest
    JOIN audits_shard s ON s.id = r.shard_id AND (s.labelled_id IS NOT NULL) = stream.by_people
    ORDER BY stream.id, r.recorded_at
) AS found
WHERE newest.stream_id = found.id
"""


class Migration(migrations.Migration):
    dependencies = [("audits", "0012_stream_newest")]

    operations = [
        migrations.AddField(
            model_name="streamnewest",
            name="first_log10_e_violating",
            field=models.FloatField(
                default=0.0,
                help_text="Of the stream's first result, on which e-LOND decides once.",
            ),
            preserve_default=False,
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
