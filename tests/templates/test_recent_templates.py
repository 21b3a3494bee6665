"""Templates that several builds read: the same text is the same template, as long as the file says it."""

import pytest

from runner.templates import RecentTemplates, TemplateFault


def test_a_text_that_is_read_again_is_the_same_template_with_what_was_made_of_it() -> None:
    recent = RecentTemplates()
    first = recent.read("{{ user.name }}")
    recent.forget_others()
    first.kept["renderer"] = made = object()
    assert recent.read("{{ user.name }}").kept["renderer"] is made


def test_an_expression_is_another_template_than_a_text() -> None:
    recent = RecentTemplates()
    assert recent.read("1", expression=True).kind is not recent.read("1").kind


def test_a_text_that_the_file_has_no_more_is_forgotten() -> None:
    recent = RecentTemplates()
    first = recent.read("{{ user.name }}")
    recent.forget_others()
    recent.forget_others()
    assert recent.read("{{ user.name }}") is not first


def test_texts_of_a_refused_file_are_kept_with_those_before_it() -> None:
    recent = RecentTemplates()
    before = recent.read("{{ user.name }}")
    recent.forget_others()
    refused = recent.read("{{ guild.name }}")
    assert recent.read("{{ guild.name }}") is refused
    assert recent.read("{{ user.name }}") is before


def test_a_bad_template_is_refused_each_time() -> None:
    recent = RecentTemplates()
    for _ in range(2):
        with pytest.raises(TemplateFault):
            recent.read("{{ user.name")


def test_no_more_templates_of_refused_files_are_kept_than_the_bound() -> None:
    recent = RecentTemplates(most=2)
    one, two = recent.read("{{ user.id }}"), recent.read("{{ user.name }}")
    assert (recent.read("{{ user.id }}"), recent.read("{{ user.name }}")) == (one, two)
    assert recent.read("{{ user.id }}") is one
    recent.read("{{ guild.name }}")
    assert recent.read("{{ user.id }}") is not one


def test_what_was_read_in_parts_is_forgotten_once_it_is_too_much() -> None:
    recent = RecentTemplates()
    before = recent.read("{{ user.name }}")
    recent.forget_others()
    one = recent.read("{{ user.id }}")
    recent.forget_new(1)
    assert recent.read("{{ user.id }}") is one
    recent.read("{{ guild.name }}")
    recent.forget_new(1)
    assert recent.read("{{ user.id }}") is not one
    assert recent.read("{{ user.name }}") is before
