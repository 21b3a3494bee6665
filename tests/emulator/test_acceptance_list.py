"""The list of what the local Discord must hold, row by row, and the tests that show it.

The list and the limits are kept beside the project, as `../shared/discord-rules.md` (section 15) and
`../shared/discord-limits.json`. Where they are, this list must have all of theirs.
"""

import importlib
import json
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

SHARED = Path(__file__).parent.parent.parent.parent / "shared"
RULES, NUMBERS = SHARED / "discord-rules.md", SHARED / "discord-limits.json"

ROWS: dict[int, tuple[str, ...]] = {
    1: ("test_discord_py::test_it_reaches_ready_with_the_guild_in_its_cache",),
    2: (
        "test_gateway_socket::test_a_compressed_connection_carries_every_frame",
        "test_gateway_socket::test_binary_frames_are_taken_like_text",
    ),
    3: ("clients.test_other_clients::test_a_client_registers_and_answers_in_every_way",),
    4: (
        "test_interaction_table::test_each_call_in_each_state_is_answered_as_discord_does",
        "test_interaction_table::test_each_callback_type_is_taken_only_where_discord_takes_it",
        "test_interaction_table::test_only_applications_with_activities_or_wares_may_launch_and_sell",
        "test_interaction_table::test_a_refused_body_leaves_the_interaction_open_for_another_try",
        "test_interaction_table::test_a_message_that_the_token_has_not_made_is_unknown_to_it",
        "test_interaction_table::test_the_original_of_an_update_is_the_message_that_the_component_is_on",
        "test_interaction_table::test_the_first_follow_up_after_a_deferral_is_its_edit_and_keeps_its_visibility",
        "test_interaction_table::test_a_wrong_token_or_id_is_told_apart_from_a_late_one",
        "test_interaction_table::test_the_sixth_follow_up_is_refused_where_only_the_user_installed_the_app",
        "test_interaction_table::test_a_first_response_is_taken_for_three_seconds",
        "test_interaction_table::test_a_token_lives_for_fifteen_minutes",
    ),
    5: (),  # the limits below
    6: (
        "test_gateway_socket::test_reconnect_and_invalid_session_are_sent_on_demand",
        "test_gateway_socket::test_any_close_code_can_be_sent",
        "test_gateway_socket::test_a_broken_rule_closes_with_its_code",
        "test_gateway_socket::test_a_resumed_session_gets_what_it_missed_and_nothing_twice",
        "test_gateway_socket::test_acks_can_be_withheld_until_the_client_connects_anew",
        "test_discord_py::test_it_resumes_after_a_cut_and_misses_nothing",
    ),
    7: (
        "test_faults::test_a_429_looks_like_discords_or_like_the_networks",
        "test_faults::test_a_server_error_processes_nothing_and_happens_as_often_as_asked",
        "test_faults::test_a_cut_connection_hides_whether_the_call_was_processed",
        "test_faults::test_a_delay_can_carry_a_response_past_its_deadline",
        "test_rate_limits::test_a_strict_route_counts_down_and_refuses_with_every_header",
    ),
    8: ("test_interaction_table::test_an_ephemeral_message_is_hidden_from_others_and_from_the_channel_routes",),
    9: (
        "test_command_store::test_an_unchanged_overwrite_keeps_ids_and_versions_and_counts_nothing",
        "test_command_store::test_an_overwrite_deletes_what_it_leaves_out",
        "test_command_store::test_two_hundred_commands_may_be_created_a_day_and_scope",
    ),
    10: (
        "test_permissions::test_overwrites_apply_from_everyone_over_roles_to_the_member",
        "test_permissions::test_a_timeout_leaves_looking_and_reading",
        "test_permissions::test_a_thread_has_a_permission_of_its_own_for_sending",
        "test_permissions::test_owner_and_administrators_may_do_everything_whatever_a_channel_denies",
    ),
    11: (
        "test_rest_api::test_unknown_paths_wrong_methods_and_missing_features_differ",
        "test_rest_api::test_a_call_without_the_bots_token_is_refused_and_a_foreign_one_is_not_logged",
    ),
    12: (
        "test_rest_api::test_it_is_there_for_this_machine_alone",
        "test_rest_api::test_a_call_without_the_bots_token_is_refused_and_a_foreign_one_is_not_logged",
    ),
}
"""The tests of each row, `module::function`. A module is one of `tests/emulator`, or has its folder before it."""

_MESSAGE = "test_forms::test_a_message_passes_at_the"
_CHOICE = "test_forms::test_autocomplete_passes_at_the_limit_and_is_refused_one_above"
_ROW = "test_form_components::test_a_row_passes_at_the"
_LAYOUT = "test_form_components::test_a_layout_passes_at_the"
_MODAL = "test_form_modals::test_a_modal_passes_at_the"
_COMMAND = "test_command_forms::test_a_command_passes_at_the"
_SCOPE = "test_command_forms::test_a_scope_holds_so_many_commands_of_a_type"
_CALL = "test_limits::test_a_call_passes_at_the_limit_and_is_refused_one_above"
_UP, _LOW = "limit_and_is_refused_one_above", "lower_limit_and_is_refused_below"

LIMITS: dict[str, str] = {
    "interaction_initial_response_seconds": "test_interaction_table::test_a_first_response_is_taken_for_three_seconds",
    "interaction_token_seconds": "test_interaction_table::test_a_token_lives_for_fifteen_minutes",
    "followups_user_install_only_max": (
        "test_interaction_table::test_the_sixth_follow_up_is_refused_where_only_the_user_installed_the_app"
    ),
    "autocomplete_choices_max": f"{_CHOICE}[count]",
    "modal_title_max": f"{_MODAL}_{_UP}[title]",
    "modal_custom_id_min": f"{_MODAL}_{_LOW}[custom-id]",
    "modal_custom_id_max": f"{_MODAL}_{_UP}[custom-id]",
    "modal_components_min": f"{_MODAL}_{_LOW}[components]",
    "modal_components_max": f"{_MODAL}_{_UP}[components]",
    "label_text_max": f"{_MODAL}_{_UP}[label]",
    "label_description_max": f"{_MODAL}_{_UP}[label-description]",
    "text_input_value_max": f"{_MODAL}_{_UP}[input-value]",
    "text_input_min_length_min": f"{_MODAL}_{_LOW}[input-min-length]",
    "text_input_min_length_max": f"{_MODAL}_{_UP}[input-min-length]",
    "text_input_max_length_min": f"{_MODAL}_{_LOW}[input-max-length]",
    "text_input_max_length_max": f"{_MODAL}_{_UP}[input-max-length]",
    "text_input_placeholder_max": f"{_MODAL}_{_UP}[input-placeholder]",
    "text_input_legacy_label_max": f"{_MODAL}_{_UP}[legacy-label]",
    "file_upload_values_min": f"{_MODAL}_{_LOW}[upload-min-values]",
    "file_upload_values_max": f"{_MODAL}_{_UP}[upload-max-values]",
    "file_types_max": f"{_MODAL}_{_UP}[upload-types]",
    "radio_group_options_min": f"{_MODAL}_{_LOW}[radio-options]",
    "radio_group_options_max": f"{_MODAL}_{_UP}[radio-options]",
    "checkbox_group_options_min": f"{_MODAL}_{_LOW}[boxes-options]",
    "checkbox_group_options_max": f"{_MODAL}_{_UP}[boxes-options]",
    "checkbox_group_min_values_min": f"{_MODAL}_{_LOW}[boxes-min-values]",
    "checkbox_group_values_max": f"{_MODAL}_{_UP}[boxes-max-values]",
    "choice_option_label_max": f"{_MODAL}_{_UP}[boxes-option-label]",
    "choice_option_value_max": f"{_MODAL}_{_UP}[boxes-option-value]",
    "choice_option_description_max": f"{_MODAL}_{_UP}[boxes-option-description]",
    "component_custom_id_min": f"{_ROW}_{_LOW}[custom-id]",
    "component_custom_id_max": f"{_ROW}_{_UP}[custom-id]",
    "components_v2_total_max": f"{_LAYOUT}_{_UP}[total]",
    "components_v2_text_total_max_chars": f"{_LAYOUT}_{_UP}[text-total]",
    "text_display_content_max": f"{_LAYOUT}_{_UP}[text]",
    "text_display_content_min": f"{_LAYOUT}_{_LOW}[text]",
    "components_v2_media_items_observed_max": (
        "test_form_components::test_what_breaks_discord_is_answered_with_500_as_discord_does[65-media]"
    ),
    "components_v2_encoded_size_observed_max_bytes": (
        "test_form_components::test_what_breaks_discord_is_answered_with_500_as_discord_does[10171-bytes]"
    ),
    "legacy_action_rows_max": f"{_ROW}_{_UP}[rows]",
    "action_row_buttons_max": f"{_ROW}_{_UP}[buttons]",
    "action_row_selects_max": "test_form_components::test_a_select_fills_its_row[two-selects]",
    "button_label_max": f"{_ROW}_{_UP}[label]",
    "button_url_max": f"{_ROW}_{_UP}[url]",
    "select_options_min": f"{_ROW}_{_LOW}[options]",
    "select_options_max": f"{_ROW}_{_UP}[options]",
    "select_placeholder_max": f"{_ROW}_{_UP}[placeholder]",
    "select_min_values_min": f"{_ROW}_{_LOW}[min-values]",
    "select_values_max": f"{_ROW}_{_UP}[max-values]",
    "select_max_values_min": f"{_ROW}_{_LOW}[max-values]",
    "select_option_label_max": f"{_ROW}_{_UP}[option-label]",
    "select_option_value_max": f"{_ROW}_{_UP}[option-value]",
    "select_option_description_max": f"{_ROW}_{_UP}[option-description]",
    "section_components_min": f"{_LAYOUT}_{_LOW}[section]",
    "section_components_max": f"{_LAYOUT}_{_UP}[section]",
    "media_gallery_items_min": f"{_LAYOUT}_{_LOW}[gallery]",
    "media_gallery_items_max": f"{_LAYOUT}_{_UP}[gallery]",
    "media_description_max": f"{_LAYOUT}_{_UP}[media-description]",
    "container_accent_color_max": f"{_LAYOUT}_{_UP}[accent-color]",
    "separator_spacing_small": f"{_LAYOUT}_{_LOW}[spacing]",
    "separator_spacing_large": f"{_LAYOUT}_{_UP}[spacing]",
    "component_id_min": f"{_ROW}_{_LOW}[id]",
    "message_content_max": f"{_MESSAGE}_{_UP}[content]",
    "message_embeds_max": f"{_MESSAGE}_{_UP}[embeds]",
    "message_stickers_max": f"{_MESSAGE}_{_UP}[stickers]",
    "message_attachments_max": "test_forms::test_a_message_has_at_most_ten_attachments[eleven]",
    "message_nonce_string_max": f"{_MESSAGE}_{_UP}[nonce-text]",
    "message_request_bytes_max": "test_limits::test_files_have_a_limit_each_and_another_together[files above]",
    "attachment_default_bytes_max": "test_limits::test_files_have_a_limit_each_and_another_together[a file above]",
    "attachment_description_max": f"{_MESSAGE}_{_UP}[attachment-description]",
    "attachment_filename_max": f"{_MESSAGE}_{_UP}[attachment-filename]",
    "attachment_title_max": f"{_MESSAGE}_{_UP}[attachment-title]",
    "allowed_mentions_users_max": f"{_MESSAGE}_{_UP}[mentioned-users]",
    "allowed_mentions_roles_max": f"{_MESSAGE}_{_UP}[mentioned-roles]",
    "embed_title_max": f"{_MESSAGE}_{_UP}[embed-title]",
    "embed_description_max": f"{_MESSAGE}_{_UP}[embed-description]",
    "embed_fields_max": f"{_MESSAGE}_{_UP}[embed-fields]",
    "embed_field_name_max": f"{_MESSAGE}_{_UP}[embed-field-name]",
    "embed_field_value_max": f"{_MESSAGE}_{_UP}[embed-field-value]",
    "embed_footer_text_max": f"{_MESSAGE}_{_UP}[embed-footer]",
    "embed_author_name_max": f"{_MESSAGE}_{_UP}[embed-author]",
    "embed_total_chars_max_per_message": f"{_MESSAGE}_{_UP}[embeds-together]",
    "embed_url_max": f"{_MESSAGE}_{_UP}[embed-url]",
    "embed_color_max": f"{_MESSAGE}_{_UP}[embed-color]",
    "poll_question_max": f"{_MESSAGE}_{_UP}[poll-question]",
    "poll_answer_max": f"{_MESSAGE}_{_UP}[poll-answer]",
    "poll_answers_max": f"{_MESSAGE}_{_UP}[poll-answers]",
    "poll_answers_min": f"{_MESSAGE}_{_LOW}[poll-answers]",
    "poll_duration_hours_min": f"{_MESSAGE}_{_LOW}[poll-duration]",
    "poll_duration_hours_max": f"{_MESSAGE}_{_UP}[poll-duration]",
    "bulk_delete_min": "test_rest_api::test_bulk_delete_has_bounds[one]",
    "bulk_delete_max": f"{_CALL}[bulk_delete_max]",
    "bulk_delete_max_age_seconds": "test_limits::test_messages_are_deleted_together_for_two_weeks",
    "messages_fetch_limit_max": f"{_CALL}[messages_fetch_limit_max]",
    "pins_fetch_limit_max": f"{_CALL}[pins_fetch_limit_max]",
    "pins_per_channel_max": "test_rest_messages::test_a_channel_has_two_hundred_and_fifty_pins",
    "reactions_per_message_max": "test_rest_messages::test_a_message_takes_twenty_emojis",
    "command_name_max": f"{_COMMAND}_{_UP}[name]",
    "command_description_max": f"{_COMMAND}_{_UP}[description]",
    "command_description_min": f"{_COMMAND}_{_LOW}[description]",
    "command_options_max": f"{_COMMAND}_{_UP}[options]",
    "command_choices_max": f"{_COMMAND}_{_UP}[choices]",
    "command_choice_name_max": f"{_COMMAND}_{_UP}[choice-name]",
    "command_choice_string_value_max": f"{_COMMAND}_{_UP}[choice-value]",
    "command_total_chars_max": f"{_COMMAND}_{_UP}[size]",
    "command_string_option_length_max": f"{_COMMAND}_{_UP}[max-length]",
    "command_integer_abs_max": f"{_COMMAND}_{_UP}[choice-integer]",
    "command_global_chat_input_max": f"{_SCOPE}[1-False-100]",
    "command_global_user_max": f"{_SCOPE}[2-False-15]",
    "command_global_message_max": f"{_SCOPE}[3-False-15]",
    "command_global_primary_entry_point_max": f"{_SCOPE}[4-False-1]",
    "command_guild_chat_input_max": f"{_SCOPE}[1-True-100]",
    "command_guild_user_max": f"{_SCOPE}[2-True-15]",
    "command_guild_message_max": f"{_SCOPE}[3-True-15]",
    "command_guild_primary_entry_point_max": f"{_SCOPE}[4-True-0]",
    "command_bulk_overwrite_items_max": "test_command_forms::test_an_overwrite_has_at_most_130_commands",
    "command_creates_per_day_per_guild": (
        "test_command_store::test_two_hundred_commands_may_be_created_a_day_and_scope"
    ),
    "command_permission_overwrites_max": "test_command_store::test_at_most_a_hundred_overwrites_are_kept_for_a_command",
    "command_localizations_max": f"{_COMMAND}_{_UP}[translations]",
    "command_default_member_permissions_max": f"{_COMMAND}_{_UP}[permissions]",
    "command_subcommand_group_depth_max": (
        "test_command_forms::test_a_command_that_discord_does_not_know_is_refused_at_its_place[group-in-group]"
    ),
    "rate_global_requests_per_second": (
        "test_rate_limits::test_the_fifty_first_request_of_a_second_is_refused_and_the_next_second_is_free"
    ),
    "rate_invalid_requests_max": (
        "test_rate_limits::test_ten_thousand_invalid_requests_are_blocked_by_the_network_for_a_while"
    ),
    "rate_invalid_requests_window_seconds": (
        "test_rate_limits::test_ten_thousand_invalid_requests_are_blocked_by_the_network_for_a_while"
    ),
    "rate_webhook_requests": "test_rate_limits::test_each_observed_limit_holds_at_its_number",
    "rate_webhook_window_seconds": "test_rate_limits::test_each_observed_limit_holds_at_its_number",
    "rate_followup_guild_requests": "test_rate_limits::test_each_observed_limit_holds_at_its_number",
    "rate_followup_guild_window_seconds": "test_rate_limits::test_each_observed_limit_holds_at_its_number",
    "gateway_send_events_max": "test_gateway_socket::test_the_121st_frame_within_a_minute_closes_with_4008",
    "gateway_send_window_seconds": "test_gateway_socket::test_the_121st_frame_within_a_minute_closes_with_4008",
    "gateway_payload_bytes_max": "test_gateway_socket::test_a_frame_of_4096_bytes_is_taken",
    "gateway_identify_per_day": "test_gateway_socket::test_who_begins_a_thousand_sessions_in_a_day_loses_the_token",
    "gateway_identify_window_seconds": "test_gateway_socket::test_a_second_session_within_five_seconds_is_invalid",
    "gateway_max_concurrency_default": "test_gateway_socket::test_a_second_session_within_five_seconds_is_invalid",
    "gateway_guilds_per_shard_max": "test_gateway_socket::test_more_than_2500_guilds_need_shards",
    "gateway_large_threshold_min": "test_gateway_socket::test_a_guild_is_large_from_a_number_within_bounds",
    "gateway_large_threshold_max": "test_gateway_socket::test_a_guild_is_large_from_a_number_within_bounds",
    "gateway_large_threshold_default": "test_gateway_socket::test_a_guild_is_large_from_a_number_within_bounds",
    "gateway_heartbeat_interval_ms_suggested": (
        "test_gateway_socket::test_a_silent_client_is_asked_for_a_heartbeat_and_then_left"
    ),
    "gateway_request_members_rate_seconds": (
        "test_gateway_socket::test_members_are_sent_in_chunks_on_request_and_everyone_only_twice_a_minute"
    ),
    "gateway_member_nonce_bytes_max": "test_gateway_socket::test_members_are_found_by_prefix_and_by_id",
    "gateway_request_members_limit_max": "test_gateway_socket::test_a_guild_of_many_members_comes_in_several_chunks",
    "timeout_max_seconds": "test_limits::test_a_timeout_lasts_28_days_at_most",
    "ban_delete_message_seconds_max": f"{_CALL}[ban_delete_message_seconds_max]",
    "bulk_ban_users_max": "test_limits::test_two_hundred_are_banned_at_once",
    "bans_fetch_limit_max": f"{_CALL}[bans_fetch_limit_max]",
    "members_fetch_limit_max": f"{_CALL}[members_fetch_limit_max]",
    "channel_name_max": f"{_CALL}[channel_name_max]",
    "channel_topic_max": f"{_CALL}[channel_topic_max]",
    "forum_topic_max": f"{_CALL}[forum_topic_max]",
    "slowmode_seconds_max": f"{_CALL}[slowmode_seconds_max]",
    "thread_name_max": f"{_CALL}[thread_name_max]",
    "role_name_max": f"{_CALL}[role_name_max]",
    "guild_roles_max": "test_limits::test_a_guild_has_two_hundred_and_fifty_roles",
    "guild_channels_max": "test_rest_channels::test_a_guild_holds_five_hundred_channels",
    "category_channels_max": "test_rest_channels::test_a_category_holds_fifty_channels",
    "channel_overwrites_max": "test_limits::test_a_channel_has_a_thousand_overwrites",
    "webhooks_per_channel_max": "test_rest_webhooks::test_a_channel_has_fifteen_webhooks",
    "webhooks_per_guild_max": "test_rest_webhooks::test_a_channel_has_fifteen_webhooks",
    "webhook_name_max": f"{_CALL}[webhook_name_max]",
    "thread_auto_archive_minutes": "test_limits::test_a_thread_rests_after_one_of_four_times[61-False]",
}
"""The test that holds each limit at its number, `module::function[case]`."""

NO_BOUNDS = {
    "webhook_event_ack_seconds": "webhook events go to a web server of the bot's",
    "webhook_event_retry_window_seconds": "webhook events go to a web server of the bot's",
    "poll_duration_hours_default": "a default",
    "messages_fetch_limit_default": "a default",
    "gateway_heartbeat_interval_ms_example": "the docs' example; the other number is used",
    "gateway_large_bot_guilds": "larger bots have other shards, as agreed with Discord",
    "privileged_intents_review_users": "a review by people",
    "snowflake_epoch_ms": "a fact",
}
"""What is counted among the limits and bounds nothing here, besides discord.py's own numbers."""


def named() -> Iterator[str]:
    return chain(*ROWS.values(), LIMITS.values())


@pytest.mark.parametrize("name", sorted(set(named())))
def test_the_tests_that_show_it_are_there(name: str) -> None:
    module, _, test = name.partition("::")
    function, _, case = test.partition("[")
    place = module if "." in module else f"emulator.{module}"
    found = getattr(importlib.import_module(f"tests.{place}"), function)
    marks = getattr(found, "pytestmark", [])
    assert not case or case.removesuffix("]") in cases(marks)


def cases(marks: list[Any]) -> set[str]:
    """Return the ids of a function's cases, of one parametrisation."""
    [mark] = [mark for mark in marks if mark.name == "parametrize"]
    ids, values = mark.kwargs.get("ids"), mark.args[1]
    if callable(ids):
        return {str(ids(value)) for value in values}
    return set(ids) if ids is not None else {"-".join(map(str, value)) for value in values}


@pytest.mark.skipif(not RULES.is_file(), reason=f"{RULES} is not there")
def test_no_row_is_forgotten() -> None:
    _, _, section = RULES.read_text(encoding="utf-8").partition("\n## 15. ")
    assert {int(number) for number in re.findall(r"^\| (\d+) \|", section, re.MULTILINE)} == ROWS.keys()


@pytest.mark.skipif(not NUMBERS.is_file(), reason=f"{NUMBERS} is not there")
def test_no_limit_is_forgotten() -> None:
    numbers = json.loads(NUMBERS.read_text(encoding="utf-8"))["limits"]
    of_others = {name for name in numbers if name.startswith("discord_py_")}
    assert set(numbers) - of_others == LIMITS.keys() | NO_BOUNDS.keys()
