"""Deliveries of one alert become messages of one alert, with its organization."""

from django.db import migrations
from django.db.models import OuterRef, Subquery


def gather(apps, editor):
    Alert = apps.get_model("alerts", "Alert")
    Delivery = apps.get_model("alerts", "Delivery")
    through = Delivery.alerts.through
    alone = Delivery.objects.filter(organization__isnull=True)
    through.objects.bulk_create(
        (
            through(delivery_id=delivery, alert_id=alert)
            for delivery, alert in alone.values_list("id", "alert_id").iterator()
        ),
        batch_size=1000,
        ignore_conflicts=True,
    )
    of_alert = Alert.objects.filter(id=OuterRef("alert_id")).values("organization_id")[:1]
    alone.update(organization_id=Subquery(of_alert))


class Migration(migrations.Migration):
    dependencies = [("alerts", "0003_routes")]

    operations = [migrations.RunPython(gather, migrations.RunPython.noop)]
