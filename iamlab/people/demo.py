"""The sign-ins of the demo class: its command makes them, the landing page gives them out where DEMO is on."""

SIGN_INS = [
    {
        "username": "instructor",
        "password": "iamlab-demo-1",
        "name": "Dr. Imani Reyes",
        "about": "Teaches a class of thirty: the heat map, timelines, marks.",
    },
    {
        "username": "learner",
        "password": "iamlab-demo-1",
        "name": "Lena Ortiz",
        "about": "One of them, two steps into the first lab.",
    },
]
