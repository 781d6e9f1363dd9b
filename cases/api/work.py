"""The work in a case: tasks, comments, the timeline."""

from typing import Any
from uuid import UUID

from django.urls import path
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from cases.queries.cases import case_for
from cases.queries.people import people_in
from cases.queries.timeline import timeline_of
from cases.queries.work import comments_of, own_tasks, task_for, tasks_of
from cases.services.comments import add_comment
from cases.services.to_do import add_task, decide_task, give_task
from cases.timeline_words import sentence
from cases.words import LONGEST_COMMENT, LONGEST_TITLE
from kit.capabilities import Capability
from kit.http import actor_of

STATES = ("open", "done", "dropped")


class PageQuery(serializers.Serializer[Any]):
    """Which page of a list."""

    cursor = serializers.CharField(default="", allow_blank=True, max_length=80, help_text="`next_cursor` of before.")
    limit = serializers.IntegerField(default=50, min_value=1, max_value=200)


class TaskSerializer(serializers.Serializer[Any]):
    """Something to be done in a case by one participant."""

    reference = serializers.UUIDField(source="ref")
    case = serializers.UUIDField()
    title = serializers.CharField()
    institution = serializers.CharField(help_text="Who is to do it.")
    institution_reference = serializers.UUIDField(source="institution_ref")
    is_own = serializers.BooleanField()
    asker = serializers.CharField(help_text="The institution that asked.")
    assignee = serializers.CharField(help_text="The person who is to do it; empty for nobody in particular.")
    assignee_reference = serializers.UUIDField(source="assignee_ref", allow_null=True)
    due_on = serializers.DateField(allow_null=True)
    is_late = serializers.BooleanField()
    state = serializers.ChoiceField(choices=STATES)
    created_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)


class TaskPageSerializer(serializers.Serializer[Any]):
    """Tasks, by their day."""

    results = TaskSerializer(many=True, source="rows")
    next_cursor = serializers.CharField()


class NewTaskSerializer(serializers.Serializer[Any]):
    """A task to add."""

    title = serializers.CharField(max_length=LONGEST_TITLE)
    institution = serializers.UUIDField(default=None, allow_null=True, help_text="A participant; your own if left out.")
    assignee = serializers.UUIDField(default=None, allow_null=True, help_text="A person of that institution.")
    due_on = serializers.DateField(default=None, allow_null=True)


class TaskChangeSerializer(serializers.Serializer[Any]):
    """What changes about a task: its state, or who of your institution does it; one at a time."""

    state = serializers.ChoiceField(choices=STATES, required=False)
    assignee = serializers.UUIDField(required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse none and both: one request is one act."""
        if len(attrs) != 1:
            raise serializers.ValidationError(_("Change the state or the person, one at a time."))
        return attrs


class CommentSerializer(serializers.Serializer[Any]):
    """What was said, and the names of those who were told of it in person."""

    reference = serializers.UUIDField(source="ref")
    institution = serializers.CharField()
    author = serializers.CharField(help_text="Empty for a system.")
    at = serializers.DateTimeField()
    body = serializers.CharField()
    mentioned = serializers.ListField(child=serializers.CharField())


class NewCommentSerializer(serializers.Serializer[Any]):
    """Something to say. `@` and a name of somebody in the case tells that person."""

    body = serializers.CharField(max_length=LONGEST_COMMENT)


class CommentPageSerializer(serializers.Serializer[Any]):
    """What was said, the newest first."""

    results = CommentSerializer(many=True, source="rows")
    next_cursor = serializers.CharField()


class TimelineRowSerializer(serializers.Serializer[Any]):
    """Something that happened: an audit kind, its codes and numbers, and the sentence of it in your language."""

    at = serializers.DateTimeField()
    kind = serializers.CharField()
    subject = serializers.UUIDField()
    facts = serializers.DictField()
    about = serializers.CharField(help_text="The name of what it was done to, where it has one.")
    institution = serializers.CharField(help_text="Empty for the platform.")
    person = serializers.CharField(help_text="Empty for a system.")
    text = serializers.SerializerMethodField()

    def get_text(self, row: Any) -> str:
        """What happened, in words."""
        return sentence(row.kind, row.facts, about=row.about)


class TimelinePageSerializer(serializers.Serializer[Any]):
    """What happened, the newest first."""

    results = TimelineRowSerializer(many=True, source="rows")
    next_cursor = serializers.CharField()


class PersonSerializer(serializers.Serializer[Any]):
    """Somebody who can be mentioned, or given a task."""

    reference = serializers.UUIDField(source="ref")
    name = serializers.CharField()
    institution = serializers.CharField(source="of")
    institution_reference = serializers.UUIDField(source="of.ref")


def _page(request: Request) -> dict[str, Any]:
    asked = PageQuery(data=request.query_params)
    asked.is_valid(raise_exception=True)
    return dict(asked.validated_data)


class OwnTasksView(GenericAPIView[Any]):
    """What waits for your institution, over all cases."""

    serializer_class = TaskPageSerializer

    @extend_schema(operation_id="list_own_tasks", parameters=[PageQuery])
    def get(self, request: Request) -> Response:
        """Open tasks of open cases, by their day, those without one last."""
        actor = actor_of(request._request)
        actor.require(Capability.VIEW_CASES)
        return Response(self.get_serializer(own_tasks(actor, **_page(request))).data)


class TasksView(GenericAPIView[Any]):
    """Tasks of a case."""

    serializer_class = TaskSerializer

    @extend_schema(operation_id="list_case_tasks", responses=TaskSerializer(many=True))
    def get(self, request: Request, ref: UUID) -> Response:
        """The open ones first, by their day."""
        actor = actor_of(request._request)
        return self.get_paginated_response(self.get_serializer(tasks_of(actor, case_for(actor, ref)), many=True).data)

    @extend_schema(operation_id="add_case_task", request=NewTaskSerializer, responses={201: TaskSerializer})
    def post(self, request: Request, ref: UUID) -> Response:
        """Ask a participant for something."""
        actor = actor_of(request._request)
        case_for(actor, ref)
        asked = NewTaskSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        task = add_task(actor, case=ref, **asked.validated_data)
        found = task_for(actor, case_for(actor, ref), task.ref)
        return Response(self.get_serializer(found).data, status=201)


class TaskView(GenericAPIView[Any]):
    """One task of a case."""

    serializer_class = TaskSerializer

    @extend_schema(operation_id="change_case_task", request=TaskChangeSerializer, responses=TaskSerializer)
    def patch(self, request: Request, ref: UUID, task: UUID) -> Response:
        """Set its state, or say who of your institution does it."""
        actor = actor_of(request._request)
        task_for(actor, case_for(actor, ref), task)
        asked = TaskChangeSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        if "assignee" in asked.validated_data:
            give_task(actor, case=ref, ref=task, assignee=asked.validated_data["assignee"])
        else:
            decide_task(actor, case=ref, ref=task, state=asked.validated_data["state"])
        return Response(self.get_serializer(task_for(actor, case_for(actor, ref), task)).data)


class CommentsView(GenericAPIView[Any]):
    """What was said in a case."""

    serializer_class = CommentPageSerializer

    @extend_schema(operation_id="list_case_comments", parameters=[PageQuery])
    def get(self, request: Request, ref: UUID) -> Response:
        """The newest first."""
        actor = actor_of(request._request)
        found = comments_of(actor, case_for(actor, ref), **_page(request))
        return Response(self.get_serializer(found).data)

    @extend_schema(operation_id="add_case_comment", request=NewCommentSerializer, responses={201: CommentSerializer})
    def post(self, request: Request, ref: UUID) -> Response:
        """Say something to all who take part. It cannot be changed."""
        actor = actor_of(request._request)
        case_for(actor, ref)
        asked = NewCommentSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        add_comment(actor, case=ref, body=asked.validated_data["body"])
        newest = comments_of(actor, case_for(actor, ref), limit=1).rows[0]
        return Response(CommentSerializer(newest).data, status=201)


class TimelineView(GenericAPIView[Any]):
    """What happened in a case."""

    serializer_class = TimelinePageSerializer

    @extend_schema(operation_id="list_case_timeline", parameters=[PageQuery])
    def get(self, request: Request, ref: UUID) -> Response:
        """The newest first."""
        actor = actor_of(request._request)
        found = timeline_of(actor, case_for(actor, ref), **_page(request))
        return Response(self.get_serializer(found).data)


class PeopleView(GenericAPIView[Any]):
    """The people of a case."""

    serializer_class = PersonSerializer

    @extend_schema(operation_id="list_case_people", responses=PersonSerializer(many=True))
    def get(self, request: Request, ref: UUID) -> Response:
        """Whom you can mention in a comment, and give a task to."""
        found = people_in(case_for(actor_of(request._request), ref))
        return self.get_paginated_response(self.get_serializer(found, many=True).data)


urlpatterns = [
    path("tasks", OwnTasksView.as_view(), name="tasks"),
    path("cases/<uuid:ref>/tasks", TasksView.as_view(), name="case-tasks"),
    path("cases/<uuid:ref>/tasks/<uuid:task>", TaskView.as_view(), name="case-task"),
    path("cases/<uuid:ref>/comments", CommentsView.as_view(), name="case-comments"),
    path("cases/<uuid:ref>/timeline", TimelineView.as_view(), name="case-timeline"),
    path("cases/<uuid:ref>/people", PeopleView.as_view(), name="case-people"),
]
