"""The rows of the permission table for cases, a module an area (tests/test_permissions.py walks them).

The case of these rows is led by A; the city police take part; B did and was removed; nobody else ever did.
"""

from tests.cases.doors import cases, disclosures, evidence, keys, packages, papers, police, victims, work

AREAS = (cases, work, keys, disclosures, evidence, police, victims, papers, packages)
