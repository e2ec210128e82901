// SPDX-License-Identifier: MPL-2.0
//! The walk downstream that finds a path on which pictures would leave unscrubbed.

use std::collections::HashSet;

use gst::prelude::*;

/// Elements behind which nobody holds a raw picture.
const END_OF_RAW: [&str; 2] = ["pixelscrubber", "countsink"];

/// A path on which raw pictures would leave, as `a ! b ! c`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "raw pictures would leave by {0}: put zonetracker ! pixelscrubber (or, for figures alone, zonetracker ! countsink) into that path; allow-unscrubbed=true lets them pass, for experiments"
)]
pub struct RawPath(String);

/// Finds a path from the source pad that reaches neither pixelscrubber nor countsink. A path that ends at a pad which is
/// not linked carries nothing; when it is linked, a RECONFIGURE event comes.
///
/// # Errors
/// The first such path.
pub fn check(src: &gst::Pad) -> Result<(), RawPath> {
    let start = src.parent_element().map(|e| e.name().to_string());
    follow(src, &start.into_iter().collect::<Vec<_>>(), &mut HashSet::new())
}

fn follow(src: &gst::Pad, path: &[String], seen: &mut HashSet<gst::Pad>) -> Result<(), RawPath> {
    if !seen.insert(src.clone()) {
        return Ok(());
    }
    let raw = |path: &[String]| Err(RawPath(path.join(" ! ")));
    match arrival(src) {
        Arrival::Nowhere => Ok(()),
        Arrival::OutOfBin(ghost) => follow(ghost.upcast_ref(), path, seen),
        Arrival::Unknown(name) => raw(&[path, &[name]].concat()),
        Arrival::Element(element, sink) => {
            let factory = element.factory().map(|f| f.name());
            if factory.is_some_and(|name| END_OF_RAW.contains(&name.as_str())) {
                return Ok(());
            }
            let path = [path, &[element.name().to_string()]].concat();
            let onwards = source_pads(&element, &sink);
            if onwards.is_empty() {
                return raw(&path);
            }
            onwards.iter().try_for_each(|pad| follow(pad, &path, seen))
        }
    }
}

/// Where a source pad leads.
enum Arrival {
    /// It is not linked.
    Nowhere,
    /// At the border of a bin, from inside.
    OutOfBin(gst::GhostPad),
    /// Into an element.
    Element(gst::Element, gst::Pad),
    /// Into a pad that belongs to no element.
    Unknown(String),
}

fn arrival(src: &gst::Pad) -> Arrival {
    let Some(mut sink) = src.peer() else { return Arrival::Nowhere };
    // A bin's sink pad stands for one inside, maybe through several bins.
    while let Some(ghost) = sink.downcast_ref::<gst::GhostPad>() {
        let Some(target) = ghost.target() else { return Arrival::Nowhere };
        sink = target;
    }
    // The inner side of a bin's source pad is a proxy pad that belongs to the ghost pad.
    if let Some(ghost) = sink.parent().and_downcast::<gst::GhostPad>() {
        return Arrival::OutOfBin(ghost);
    }
    match sink.parent_element() {
        Some(element) => Arrival::Element(element, sink),
        None => Arrival::Unknown(sink.name().to_string()),
    }
}

/// The source pads to which a sink pad's data may go; all of the element's when it does not tell.
fn source_pads(element: &gst::Element, sink: &gst::Pad) -> Vec<gst::Pad> {
    let told: Vec<gst::Pad> = sink.iterate_internal_links().into_iter().flatten().collect();
    if told.is_empty() { element.src_pads() } else { told }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The walk's verdict on a launch line, from the source pad of the element `d`.
    fn verdict(line: &str) -> Result<(), String> {
        gst::init().unwrap();
        let pipeline = gst::parse::launch(line).unwrap().downcast::<gst::Bin>().unwrap();
        let src = pipeline.by_name("d").unwrap().static_pad("src").unwrap();
        check(&src).map_err(|e| e.to_string())
    }

    #[test]
    fn a_sink_is_found_through_queues_bins_and_tees() {
        for (line, names) in [
            ("identity name=d ! fakesink name=f", "d ! f:"),
            ("identity name=d ! queue name=q ! fakesink name=f", "d ! q ! f:"),
            ("identity name=d ! bin.( queue name=q ! identity name=i ) ! fakesink name=f", "d ! q ! i ! f:"),
            ("identity name=d ! tee name=t t. ! queue name=open t. ! queue name=q ! fakesink name=f", "d ! t ! q ! f:"),
        ] {
            let error = verdict(line).unwrap_err();
            assert!(error.contains(names), "{line}: {error}");
        }
    }

    #[test]
    fn what_is_not_linked_carries_nothing() {
        assert_eq!(verdict("identity ! identity name=d"), Ok(()));
        assert_eq!(verdict("identity ! identity name=d ! tee name=t t. ! queue"), Ok(()));
    }
}
