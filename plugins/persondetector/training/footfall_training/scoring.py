# SPDX-License-Identifier: MPL-2.0
"""Average precision on labelled rows, by the rule of COCO: greedy matching by score, 101 points, at most 100 boxes.

Ignored labels neither reward nor punish. It is for choosing while training; published figures come from evaluate.py.
"""
import cv2
import numpy as np

MOST_BOXES = 100


def nms(boxes, scores, threshold=0.5):
    """Indices of the boxes [n, 4] that stay."""
    if not len(boxes):
        return np.zeros(0, int)
    sizes = np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], 1)
    kept = cv2.dnn.NMSBoxes(sizes.tolist(), scores.tolist(), 0.0, threshold)
    return np.array(kept, int).ravel()[:MOST_BOXES]


def overlaps(found, people, ignore):
    """IoU with people; for ignored places the share of the found box that lies inside."""
    labels = np.concatenate([people, ignore])
    low, high = np.maximum(found[:, None, :2], labels[None, :, :2]), np.minimum(found[:, None, 2:], labels[None, :, 2:])
    shared = np.clip(high - low, 0, None).prod(2)
    area = [np.clip(b[:, 2:] - b[:, :2], 0, None).prod(1) for b in (found, labels)]
    union = area[0][:, None] + area[1][None] - shared
    union[:, len(people):] = np.maximum(area[0][:, None], 1e-9)
    return shared / np.maximum(union, 1e-9)


def judge(found, people, ignore, threshold):
    """For boxes by falling score: 1 right, 0 false, -1 neither."""
    table, taken, verdict = overlaps(found, people, ignore), set(), np.zeros(len(found), int)
    for k in range(len(found)):
        real = [(table[k, g], g) for g in range(len(people)) if g not in taken and table[k, g] >= threshold]
        if real:
            taken.add(max(real)[1])
            verdict[k] = 1
        elif len(ignore) and table[k, len(people):].max() >= threshold:
            verdict[k] = -1
    return verdict


def verdicts_of(pictures, threshold):
    """Scores by falling order, 1 where right and 0 where false, and the number of labels."""
    scores, verdicts, labels = [], [], 0
    for found, score, people, ignore in pictures:
        labels += len(people)
        scores.append(score)
        verdicts.append(judge(found, people, ignore, threshold))
    scores, verdicts = np.concatenate(scores), np.concatenate(verdicts)
    scores, verdicts = scores[verdicts >= 0], verdicts[verdicts >= 0]
    order = np.argsort(-scores, kind="stable")
    return scores[order], verdicts[order], labels


def average_precision(pictures, threshold=0.5):
    """pictures: (boxes, scores, people, ignore) of each; scores falling."""
    scores, verdicts, labels = verdicts_of(pictures, threshold)
    if not labels or not len(scores):
        return 0.0
    right = np.cumsum(verdicts)
    recall, precision = right / labels, right / np.arange(1, len(right) + 1)
    precision = np.maximum.accumulate(precision[::-1])[::-1]
    place = np.searchsorted(recall, np.linspace(0, 1, 101))
    return float(np.mean([precision[p] if p < len(precision) else 0.0 for p in place]))


def operating_points(pictures, levels, threshold=0.5):
    """(score, recall, precision, F1) at each score level."""
    scores, verdicts, labels = verdicts_of(pictures, threshold)
    points = []
    for level in levels:
        taken = verdicts[scores >= level]
        recall, precision = taken.sum() / max(1, labels), taken.mean() if len(taken) else 1.0
        points.append((level, float(recall), float(precision), float(2 * recall * precision / max(1e-9, recall + precision))))
    return points
