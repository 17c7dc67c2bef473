"""The classroom tells the sandbox and the door who else may look into an attempt's world, and the labs when it ends."""

from django.apps import AppConfig


class ClassroomConfig(AppConfig):
    name = "iamlab.classroom"

    def ready(self) -> None:
        from iamlab.classroom.access import staff_of_attempt
        from iamlab.classroom.looking import look
        from iamlab.classroom.own import for_person
        from iamlab.classroom.stuck import is_slow
        from iamlab.classroom.work import closing
        from iamlab.door import sessions
        from iamlab.labs import content, helping, windows
        from iamlab.sandbox import controls

        if staff_of_attempt not in controls.viewers:
            controls.viewers.append(staff_of_attempt)
        if look not in sessions.lookers:
            sessions.lookers.append(look)
        if is_slow not in helping.slow:
            helping.slow.append(is_slow)
        if for_person not in content.elsewhere:
            content.elsewhere.append(for_person)
        windows.rules["work"] = closing
