"""The folder that a new lab begins from: one step that proves itself."""

BEGINNING = {
    "lab.yaml": """\
id: {name}
version: 1.0.0
title: {title}
summary: What the learner can do afterwards, in one sentence.
minutes: 15
concepts: [group]
mode: guided
pass_at: 70
steps:
  - id: group
    title: Make the first group
    actor: the administrator
    weight: 10
    text: steps/01-group.md
    checks:
      - id: exists
        title: "The group *Readers* exists"
        test: {{exists: group/Readers}}
        latch: hold
        say: "There is no group *Readers*. It holds the permissions, so it comes first. Open *User groups*."
        mistakes:
          - when: {{exists: group/readers}}
            code: name-case
            say: "Your group is called *readers*; the task asks for *Readers*. IAM keeps the case you type. Rename it."
    hints:
      - "What holds the permissions of many people at once?"
      - "Look at *User groups* on the left."
      - "Choose *Create group*, type `Readers` and create it."
""",
    "steps/01-group.md": "A **group** holds permissions for many people at once.\n\nMake the group `Readers`.\n",
    "start.yaml": """\
- as: visitor
  call: "accounts:RegisterAccount"
  params: {{Email: root@example.com, AccountName: Example, Password: "Long-and-good-1"}}
""",
    "solution.yaml": "- step: group\n  lines:\n    - {{as: root, run: aws iam create-group --group-name Readers}}\n",
    "mistakes.yaml": """\
- step: group
  check: exists
  code: name-case
  lines:
    - {{as: root, run: aws iam create-group --group-name readers}}
""",
}


def files(name: str) -> dict[str, str]:
    """Each file of a new lab of that name, and its text."""
    title = name.replace("-", " ").capitalize()
    return {file: text.format(name=name, title=title) for file, text in BEGINNING.items()}
