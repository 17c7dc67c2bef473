"""Addresses of the classroom: /classroom/<class>/..."""

from django.urls import path

from iamlab.classroom.views import assignments, classes, heat, people, timeline

urlpatterns = [
    path("", classes.mine, name="classes"),
    path("new/", classes.new, name="class-new"),
    path("join/", classes.join, name="class-join"),
    path("join/<str:code>/", classes.join, name="class-join-by"),
    path("invitations/<str:key>/", people.accept, name="class-invitation"),
    path("<int:class_id>/", classes.overview, name="class"),
    path("<int:class_id>/edit/", classes.edit, name="class-edit"),
    path("<int:class_id>/code/", classes.new_code, name="class-code"),
    path("<int:class_id>/archive/", classes.archive, name="class-archive"),
    path("<int:class_id>/people/", people.people, name="class-people"),
    path("<int:class_id>/people/<int:pk>/", people.change, name="class-person"),
    path("<int:class_id>/people/<int:pk>/password/", people.reset_password, name="class-password"),
    path("<int:class_id>/people/<int:pk>/remove/", people.remove, name="class-remove"),
    path("<int:class_id>/roster/", people.roster, name="class-roster"),
    path("<int:class_id>/assignments/new/", assignments.new, name="assignment-new"),
    path("<int:class_id>/assignments/<int:pk>/", assignments.edit, name="assignment-edit"),
    path("<int:class_id>/assignments/<int:pk>/begin/", assignments.begin, name="assignment-begin"),
    path("<int:class_id>/assignments/<int:pk>/extend/", assignments.extend, name="assignment-extend"),
    path("<int:class_id>/assignments/<int:pk>/heat/", heat.page, name="heat"),
    path("<int:class_id>/assignments/<int:pk>/heat/live/", heat.live, name="heat-live"),
    path("<int:class_id>/assignments/<int:pk>/heat/<slug:step>/", heat.step, name="heat-step"),
    path("<int:class_id>/attempts/<int:attempt_id>/", timeline.attempt, name="attempt-timeline"),
    path("<int:class_id>/mine/<int:attempt_id>/", timeline.my_work, name="my-work"),
    path("<int:class_id>/attempts/<int:attempt_id>/as-it-was/<int:event>/", timeline.as_it_was, name="as-it-was"),
]
