# SPDX-License-Identifier: MPL-2.0
"""Which pictures may be trained on, and which of them are kept apart for choosing.

Weights that the repository carries must come from pictures whose source states a licence that allows it. The list is
closed: a source that is not named here is refused, whatever else is in the folder.
"""
ALLOWED = {
    "coco_subset", "wearable_walk", "grocery_closeup",
    "hv2_openimages", "hv2_coco", "hv2_crossing", "hv2_topdown", "hv2_cctv", "hv2_voc", "hv2_porch", "hv2_meeting",
    "hv2_personlike",
    "rendered_oblique", "rendered_topdown",
    # further-sources.md
    "coco_ccby", "coco_ccby2", "rf_person_tcc", "rf_hand_raise",
    "intel_classroom", "intel_people", "intel_store_aisle", "intel_worker_zone", "intel_person_bicycle_car",
    "intel_head_pose_face_female_and_male", "intel_head_pose_face_female", "intel_head_pose_face_male",
    "intel_car", "intel_bottle", "intel_fruit_and_vegetable",
    "rf_lobby", "rf_lobby_groups", "rf_hand_raise_labelled", "rf_bus_door",
    "coco_ccby3", "nao_canteen", "nao_canteen2", "rf_cones", "rf_trashcan", "rf_farm", "rf_rover", "rf_iconart",
    "robocup_msl", "robocup_msl2", "grocery_shelves",
}

# Seen from straight above: any direction is up, and the teachers see nobody.
FROM_ABOVE = {"hv2_topdown", "rf_bus_door", "rendered_topdown"}

# Labels are exact and the picture is not a photograph, so the teachers are not asked.
RENDERED = {"rendered_oblique", "rendered_topdown"}

# How often a picture's source is drawn for views against once for the others: few pictures, but the right kind.
REPEAT = {
    "hv2_topdown": 2, "hv2_cctv": 4, "hv2_voc": 2, "hv2_personlike": 6, "grocery_closeup": 2,
    "rf_person_tcc": 5, "intel_classroom": 10, "intel_people": 5, "intel_store_aisle": 3, "intel_worker_zone": 3,
    "rf_lobby": 3, "rf_lobby_groups": 5, "rf_hand_raise_labelled": 6, "rf_bus_door": 15,
    "coco_ccby3": 5, "nao_canteen": 2, "rf_trashcan": 3, "robocup_msl": 3, "rf_farm": 2,
}

# Whole sources kept for choosing, and every n-th picture of the others.
DEV_SOURCES = {"hv2_meeting", "hv2_porch"}
DEV_EVERY = {
    "hv2_coco": 12, "hv2_openimages": 12, "coco_subset": 12, "hv2_topdown": 10, "hv2_crossing": 12,
    "wearable_walk": 10, "hv2_personlike": 6, "hv2_voc": 8,
    "rf_lobby": 15,
}
DEV_EVERY_RENDERED = 20


def is_allowed(source):
    """Whether pictures of this source may be trained on."""
    return source in ALLOWED


def fold_of(source, ordinal):
    """"dev" or "train" for the n-th picture (from 1) of a source."""
    if source in DEV_SOURCES:
        return "dev"
    every = DEV_EVERY_RENDERED if source in RENDERED else DEV_EVERY.get(source)
    return "dev" if every and ordinal % every == 0 else "train"
