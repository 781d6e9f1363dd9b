"""Reads of cases. Every function takes the actor; `cases_for` is the wall they all stand behind."""
