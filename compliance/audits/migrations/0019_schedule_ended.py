from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):

    dependencies = [
        ('audits', '0018_item_erasures'),
    ]

    operations = [
        migrations.AddField(
            model_name='schedule',
            name='ended_at',
            field=models.DateTimeField(blank=True, help_text='For good; one that has ended stays paused.', null=True),
        ),
        migrations.AddConstraint(
            model_name='schedule',
            constraint=models.CheckConstraint(condition=Q(('ended_at__isnull', True), ('paused_at__isnull', False), _connector='OR'), name='schedule_ended_is_paused'),
        ),
    ]
