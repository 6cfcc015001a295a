"""The page by Django REST Framework, as its documentation writes it: models, `ModelSerializer`, `CursorPagination`.

What can be left out to spare it time is left out: no sessions, nobody asked who they are, JSON alone. One statement
fetches the related rows of one kind for a whole page (`select_related`, `prefetch_related`), and connections stay open.
The parts of an engagement's kind nest in it, null but for one of them, where ours are fields of it.

It runs in the environment that `install.py` makes, under gunicorn: `gunicorn drf:application`.
"""

# ruff: noqa: DJ008
# Nobody prints these models.

import os
from typing import Any, ClassVar
from urllib.parse import unquote, urlsplit

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application

address = urlsplit(os.environ["BENCH_DATABASE_URL"])
MARKINGS = [int(each) for each in os.environ["BENCH_MARKINGS"].split(",")]

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "HOST": address.hostname,
            "PORT": address.port,
            "USER": unquote(address.username or ""),
            "PASSWORD": unquote(address.password or ""),
            "NAME": address.path[1:],
            "CONN_MAX_AGE": None,
        }
    },
    DEBUG=False,
    INSTALLED_APPS=[__name__],
    LOGGING_CONFIG=None,
    MIDDLEWARE=["django.middleware.common.CommonMiddleware"],  # for the length of an answer
    REST_FRAMEWORK={
        "DEFAULT_AUTHENTICATION_CLASSES": [],
        "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        "UNAUTHENTICATED_USER": None,
    },
    ROOT_URLCONF=__name__,
    TIME_ZONE="UTC",
    USE_TZ=True,
)
django.setup()

from django.db import models  # noqa: E402
from django.urls import path  # noqa: E402
from rest_framework import generics, pagination, serializers  # noqa: E402

OWN = ("bilateral_talks", "visit", "dialogue", "exercise", "deployment")
LINKS = ("partners", "priorities", "tags", "domains")


class Table:
    """How each of the models stands to the database: there already, made by the register."""

    managed = False


def text() -> Any:
    return models.TextField(null=True)


class Marking(models.Model):
    classification = text()
    endorsements = models.JSONField()
    releasable_to = models.JSONField()
    need_to_know = models.JSONField()

    class Meta(Table):
        db_table = "marking"


class Engagement(models.Model):
    id = models.UUIDField(primary_key=True)
    version = models.IntegerField()
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    archived = models.BooleanField()
    external_ref = text()
    marking = models.ForeignKey(Marking, models.PROTECT)
    kind, reference, title, summary, status = (text() for _ in range(5))
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    date_precision = text()
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    timezone, country, city, venue, lead, level, series, edition = (text() for _ in range(8))
    status_reason, status_comment = text(), text()
    report_expected = models.BooleanField()
    report_day = models.DateField(null=True)

    class Meta(Table):
        db_table = "engagement"


class Link(models.Model):
    """A row that belongs to an engagement."""

    position = models.IntegerField()

    class Meta(Table):
        abstract = True
        ordering: ClassVar = ["position"]


def engagement(name: str) -> Any:
    return models.ForeignKey(Engagement, models.PROTECT, related_name=name)


class Partner(Link):
    pk = models.CompositePrimaryKey("engagement_id", "partner")
    engagement = engagement("partners")
    partner, role = text(), text()

    class Meta(Link.Meta):
        db_table = "engagement_partner"


class Priority(Link):
    pk = models.CompositePrimaryKey("engagement_id", "priority")
    engagement = engagement("priorities")
    priority = text()

    class Meta(Link.Meta):
        db_table = "engagement_priority"


class Tag(Link):
    pk = models.CompositePrimaryKey("engagement_id", "tag")
    engagement = engagement("tags")
    tag = text()

    class Meta(Link.Meta):
        db_table = "engagement_tag"


class Domain(Link):
    pk = models.CompositePrimaryKey("engagement_id", "domain")
    engagement = engagement("domains")
    domain = text()

    class Meta(Link.Meta):
        db_table = "exercise_domain"


def part(name: str) -> Any:
    """The key of a table that holds the fields of one kind."""
    return models.OneToOneField(Engagement, models.PROTECT, db_column="id", primary_key=True, related_name=name)


class BilateralTalks(models.Model):
    engagement = part("bilateral_talks")
    round = models.IntegerField(null=True)
    hosted_by = text()
    agenda = models.JSONField()
    joint_statement_url = text()

    class Meta(Table):
        db_table = "bilateral_talks"


class Visit(models.Model):
    engagement = part("visit")
    direction = text()
    principal = models.UUIDField(null=True)
    principal_office, purpose = text(), text()
    delegation_size = models.IntegerField(null=True)
    itinerary = models.JSONField()
    post = models.UUIDField(null=True)

    class Meta(Table):
        db_table = "visit"


class Dialogue(models.Model):
    engagement = part("dialogue")
    forum, format, intervention = text(), text(), text()
    sessions = models.JSONField()

    class Meta(Table):
        db_table = "dialogue"


class Exercise(models.Model):
    engagement = part("exercise")
    exercise_type = text()
    contributions = models.JSONField()
    personnel = models.IntegerField(null=True)
    interoperability = text()

    class Meta(Table):
        db_table = "exercise"


class Deployment(models.Model):
    engagement = part("deployment")
    operation, mandate, mission, theatre = (text() for _ in range(4))
    personnel_authorised = models.IntegerField(null=True)
    personnel_deployed = models.IntegerField(null=True)
    mandate_expires_on = models.DateField(null=True)
    contributions = models.JSONField()

    class Meta(Table):
        db_table = "deployment"


def serializer(of: type[models.Model], *without: str) -> Any:
    """A serializer of all columns but some."""
    meta = type("Meta", (), {"model": of, "exclude": without})
    return type(f"{of.__name__}Serializer", (serializers.ModelSerializer,), {"Meta": meta})


def slugs(name: str) -> Any:
    return serializers.SlugRelatedField(slug_field=name, many=True, read_only=True)


class PartnerSerializer(serializers.ModelSerializer):
    class Meta:
        model = Partner
        fields = ("partner", "role")


class EngagementSerializer(serializers.ModelSerializer):
    marking = serializer(Marking, "id")(read_only=True)
    partners = PartnerSerializer(many=True, read_only=True)
    priorities, tags, domains = slugs("priority"), slugs("tag"), slugs("domain")
    bilateral_talks = serializer(BilateralTalks, "engagement")(read_only=True)
    visit = serializer(Visit, "engagement")(read_only=True)
    dialogue = serializer(Dialogue, "engagement")(read_only=True)
    exercise = serializer(Exercise, "engagement")(read_only=True)
    deployment = serializer(Deployment, "engagement")(read_only=True)

    class Meta:
        model = Engagement
        exclude: ClassVar = []


class Newest(pagination.CursorPagination):
    page_size = 50
    ordering = ("-starts_on", "-id")


class Engagements(generics.ListAPIView):
    serializer_class = EngagementSerializer
    pagination_class = Newest

    def get_queryset(self) -> Any:
        asked = self.request.query_params
        found = Engagement.objects.filter(marking_id__in=MARKINGS, archived=False)
        if "partner" in asked:
            found = found.filter(partners__partner=asked["partner"])
        if "starts_to" in asked:
            found = found.filter(starts_on__lte=asked["starts_to"])
        return found.select_related("marking", *OWN).prefetch_related(*LINKS)


urlpatterns = [path("engagements", Engagements.as_view())]
application = get_wsgi_application()
