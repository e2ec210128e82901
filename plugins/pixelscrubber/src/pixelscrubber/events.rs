// SPDX-License-Identifier: MPL-2.0
//! What goes on behind the scrubber beside pictures: an allow-list of events, tags and nothing of the buffers' metas.

use footfall_contract::wire;
use gst::EventView;

/// Tags that describe the stream and can hold neither a picture, a place nor a name.
const TAGS: [&str; 8] = [
    "container-format",
    "video-codec",
    "codec",
    "bitrate",
    "nominal-bitrate",
    "minimum-bitrate",
    "maximum-bitrate",
    "image-orientation",
];

/// Custom events that go on; others may carry anything.
const CUSTOM: [&str; 4] = [wire::scene::EVENT, wire::totals::EVENT, "GstForceKeyUnit", "GstEventStillFrame"];

/// The event as it may go on; `None` when it may not.
pub(super) fn allowed(event: gst::Event) -> Option<gst::Event> {
    match event.view() {
        EventView::Tag(tags) => filtered(tags.tag()).map(|tags| gst::event::Tag::builder(tags).seqnum(event.seqnum()).build()),
        EventView::FlushStart(_)
        | EventView::FlushStop(_)
        | EventView::StreamStart(_)
        | EventView::StreamCollection(_)
        | EventView::StreamGroupDone(_)
        | EventView::Caps(_)
        | EventView::Segment(_)
        | EventView::SegmentDone(_)
        | EventView::InstantRateChange(_)
        | EventView::Buffersize(_)
        | EventView::Gap(_)
        | EventView::Eos(_) => Some(event),
        _ => event.structure().is_some_and(|s| CUSTOM.contains(&s.name().as_str())).then_some(event),
    }
}

/// The tags that may go on.
fn filtered(tags: &gst::TagListRef) -> Option<gst::TagList> {
    let mut kept = gst::TagList::new();
    {
        let kept = kept.make_mut();
        kept.set_scope(tags.scope());
        for (name, value) in tags.iter().filter(|(name, _)| TAGS.contains(&name.as_str())) {
            // Can't fail: the value has the tag's type, it comes from a tag list.
            let _ = kept.add_value(name, &value, gst::TagMergeMode::Replace);
        }
    }
    (kept.n_tags() > 0).then_some(kept)
}

/// Does a meta ask for the picture to be cropped, turned or warped?
pub(super) fn asks_for_transform(buffer: &gst::BufferRef) -> bool {
    // By type: GStreamer's names of the two do not follow one rule.
    buffer.meta::<gst_video::VideoCropMeta>().is_some() || buffer.meta::<gst_video::VideoAffineTransformationMeta>().is_some()
}
