# SPDX-License-Identifier: MPL-2.0
"""Self-checks of the training code: seconds, no assets. What needs torch, OpenCV or ONNX is skipped by name without it.

    python3 -m unittest discover -s tests     # in the folder above
"""
import importlib.util
import os
import sys
import tempfile
import unittest

os.environ.setdefault("OMP_NUM_THREADS", "1")  # tiny networks: threads would only wait for each other
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))


def needs(*modules):
    """Skips a test class by the name of the first module that is not installed."""
    missing = next((m for m in modules if importlib.util.find_spec(m) is None), None)
    return unittest.skipIf(missing, f"{missing} is not installed")


class Sources(unittest.TestCase):
    """Which pictures may be trained on."""

    def test_sources_without_a_licence_are_refused(self):
        from footfall_training import sources
        refused = ("plant_cctv", "voc_personlike", "coco128", "office_lobby", "wheelchair_web", "street_pedestrians",
                   "classroom_cctv", "cctv_people", "cctv_empty", "rooms_empty", "shop_shelves", "shop_shelves2", "")
        self.assertEqual([s for s in refused if sources.is_allowed(s)], [])
        self.assertTrue(sources.is_allowed("hv2_coco"))

    def test_dev_pictures_are_a_fixed_part_of_each_source(self):
        from footfall_training import sources
        folds = [sources.fold_of("hv2_coco", n) for n in range(1, 121)]
        self.assertEqual(folds.count("dev"), 10)
        self.assertEqual({sources.fold_of("hv2_meeting", n) for n in range(1, 9)}, {"dev"})


@needs("numpy", "cv2")
class Pictures(unittest.TestCase):
    """Stores, geometry and views."""

    def setUp(self):
        import cv2
        import numpy as np
        from footfall_training.store import Store, StoreWriter
        self.np, self.folder = np, tempfile.TemporaryDirectory()
        writer = StoreWriter(self.folder.name, "photographs")
        for number in range(4):
            image = np.full((120, 160, 3), 40, np.uint8)
            image[30:90, 60:90] = (0, 0, 230)  # BGR: a red person
            _, coded = cv2.imencode(".png", image)
            writer.add(coded.tobytes(), id=str(number), source="hv2_coco", fold="train", width=160, height=120,
                       people=[[60, 30, 90, 90]], ignore=[], like=[])
        writer.close()
        self.rows = Store(self.folder.name, "photographs").rows

    def tearDown(self):
        self.folder.cleanup()

    def test_a_smear_keeps_the_light_and_the_size(self):
        from footfall_training.photometric import motion
        rng = self.np.random.default_rng(3)
        image = rng.integers(0, 256, (40, 60, 3)).astype(self.np.uint8)
        for _ in range(50):
            smeared = motion(image, rng)
            self.assertEqual(smeared.shape, image.shape)
            self.assertLess(abs(float(smeared.mean()) - float(image.mean())), 12.0)
            self.assertLess(float(smeared.std()), float(image.std()))

    def test_a_store_gives_back_rgb_pixels_and_boxes(self):
        image = self.rows[2]["store"].picture(self.rows[2])
        self.assertEqual(image[60, 75].tolist(), [230, 0, 0])
        self.assertEqual(self.rows[2]["people"].tolist(), [[60, 30, 90, 90]])

    def test_boxes_of_views_lie_on_their_people(self):
        from footfall_training.compose import compose
        rng, checked = self.np.random.default_rng(0), 0
        for _ in range(40):
            view = compose(self.rows, self.rows[0], rng)
            self.assertEqual(view.image.shape, (256, 384, 3))
            for x0, y0, x1, y1 in view.people:
                self.assertTrue(0 <= x0 < x1 <= 384 and 0 <= y0 < y1 <= 256)
                patch = view.image[int(y0):int(y1) + 1, int(x0):int(x1) + 1].astype(int)
                red = (patch[..., 0] > 150) & (patch[..., 1] < 100)
                checked += 1
                self.assertGreater(red.mean(), 0.2)
        self.assertGreater(checked, 40)

    def test_scaling_keeps_boxes_exact_and_turning_keeps_them_tight(self):
        from footfall_training import geometry
        box = self.np.array([[10, 20, 30, 60]], self.np.float32)
        scaled = geometry.warp_boxes(geometry.scaling(2, 0.5, 5, 7), box)[0]
        self.assertTrue(self.np.allclose(scaled, [25 + 0.5, 17 - 0.25, 65 + 0.5, 37 - 0.25], atol=0.6), scaled)
        turned = geometry.warp_boxes(geometry.around(20, 40, geometry.turn(45)), box)[0]
        self.assertLess(turned[2] - turned[0], (20 + 40) / 2**0.5)  # corners would give this

    def test_furniture_ends_the_box_where_it_begins(self):
        from footfall_training.furniture import trim
        people = self.np.array([[10, 10, 30, 60], [100, 10, 120, 60]], self.np.float32)
        kept, ignored = trim(people, self.np.zeros((0, 4), self.np.float32), [5, 40, 40, 70])
        self.assertEqual(kept.tolist(), [[10, 10, 30, 40], [100, 10, 120, 60]])
        self.assertEqual(len(ignored), 0)

    def test_perfect_detections_score_one_and_none_score_nothing(self):
        from footfall_training.scoring import average_precision, operating_points
        np = self.np
        people, nobody = np.array([[0, 0, 10, 20], [30, 0, 40, 20]], float), np.zeros((0, 4))
        perfect = (people, np.array([0.9, 0.8]), people, nobody)
        self.assertEqual(average_precision([perfect]), 1.0)
        self.assertEqual(average_precision([(nobody, np.zeros(0), people, nobody)]), 0.0)
        ignored = (np.array([[0, 0, 10, 20], [60, 0, 70, 20]]), np.array([0.9, 0.8]), people[:1], np.array([[55, 0, 75, 30.0]]))
        self.assertEqual(average_precision([ignored]), 1.0)
        half = (np.array([[0, 0, 10, 20], [60, 0, 70, 20.0]]), np.array([0.9, 0.4]), people, nobody)
        points = operating_points([half], [0.3, 0.5])
        self.assertEqual([p[1:3] for p in points], [(0.5, 0.5), (0.5, 1.0)])

    def test_mirroring_a_map_twice_changes_nothing(self):
        from footfall_training.shape import cell_count, mirror_cells
        cells = self.np.random.default_rng(0).random((cell_count(), 5))
        once = mirror_cells(cells)
        self.assertFalse(self.np.array_equal(once, cells))
        self.assertTrue(self.np.array_equal(mirror_cells(once), cells))


@needs("torch", "numpy", "cv2")
class Learning(unittest.TestCase):
    """Network, loss, optimiser and files."""

    def test_the_loss_falls_on_one_batch_and_the_person_is_found(self):
        import torch
        from footfall_training import boxes
        from footfall_training.losses import Targets, loss
        from footfall_training.muon import optimisers
        from footfall_training.network import Config, PersonNet
        from footfall_training.shape import cell_count, cell_grid
        torch.manual_seed(0)
        width, height = 96, 64
        net = PersonNet(Config(stem=8, widths=(8, 16, 16, 16), hidden=(0, 8, 8, 8), neck=16, neck_hidden=8, head=8)).train()
        cells = torch.from_numpy(cell_grid(width, height))
        pixels = torch.rand(2, 3, height, width) * 0.2
        pixels[:, :, 16:56, 30:50] = 0.9
        one, none = torch.ones(2, dtype=torch.long), torch.zeros(2, dtype=torch.long)
        person = torch.tensor([[[30.0, 16, 50, 56]]]).repeat(2, 1, 1)
        t = Targets(person, one, person, none, person, none, torch.zeros(2, cell_count(width, height), 5))
        found, values = optimisers(net, 0.02, 0.002), []
        for _ in range(60):
            total, _ = loss(net(pixels), cells, t)
            values.append(float(total.detach()))
            for optimiser in found:
                optimiser.zero_grad()
            total.backward()
            for optimiser in found:
                optimiser.step()
        self.assertLess(values[-1], values[0] / 2)
        raw = net(pixels)
        best = raw[0, :, 0].argmax()
        self.assertGreater(float(boxes.iou(boxes.decode(raw, cells)[0, best], person[0, 0])), 0.6)

    def test_ignored_places_cost_nothing(self):
        import torch
        from footfall_training.losses import Targets, label_loss
        from footfall_training import boxes
        from footfall_training.shape import cell_count, cell_grid
        cells = torch.from_numpy(cell_grid(64, 64))
        raw = torch.zeros(1, len(cells), 5)
        whole, one, none = torch.tensor([[[0.0, 0, 64, 64]]]), torch.ones(1, dtype=torch.long), torch.zeros(1, dtype=torch.long)
        for count, free in ((one, True), (none, False)):
            t = Targets(whole, none, whole, count, whole, none, torch.zeros(1, cell_count(64, 64), 5))
            self.assertEqual(float(label_loss(raw, boxes.decode(raw, cells), cells, t)[0]) == 0.0, free)

    def test_weights_come_back_from_their_file(self):
        import torch
        from footfall_training import state
        from footfall_training.network import PersonNet
        torch.manual_seed(1)
        net = PersonNet().eval()
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "ema.safetensors")
            state.save_weights(path, net, dict(seen=7))
            self.assertLess(os.path.getsize(path), 3_000_000)
            again, note = state.load_weights(path)
        x = torch.rand(1, 3, 64, 96)
        with torch.no_grad():
            self.assertLess(float((net(x) - again.eval()(x)).abs().max()), 0.02)
        self.assertEqual(note["seen"], "7")

    def test_the_mean_of_two_networks_lies_between_them(self):
        import average
        from footfall_training.network import PersonNet
        nets = [PersonNet(), PersonNet()]
        first, second = (net.state_dict()["stem.conv.weight"].clone() for net in nets)
        middle = average.mean(nets).state_dict()["stem.conv.weight"]
        self.assertGreater(float((first - second).abs().max()), 0.0)
        self.assertLess(float((middle - (first + second) / 2).abs().max()), 1e-6)

    def test_the_network_keeps_within_one_gigaflop(self):
        from footfall_training.network import PersonNet, multiply_adds
        self.assertLessEqual(2 * multiply_adds(PersonNet(), 416, 288), 1.0e9)

    def test_folding_changes_no_output(self):
        import torch
        from footfall_training.network import ConvBlock, PersonNet
        torch.manual_seed(2)
        net = PersonNet()
        for m in net.modules():
            if isinstance(m, ConvBlock):
                m.bn.running_mean.uniform_(-0.5, 0.5)
                m.bn.running_var.uniform_(0.5, 2.0)
        x = torch.rand(1, 3, 64, 64)
        with torch.no_grad():
            before = net.eval()(x)
            self.assertLess(float((net.fold()(x) - before).abs().max()), 1e-3)


@needs("torch", "onnx", "onnxruntime", "numpy", "cv2")
class Files(unittest.TestCase):
    """ONNX files."""

    def test_an_exported_file_says_how_to_use_it_and_takes_two_sizes(self):
        import numpy as np
        import onnx
        import onnxruntime as ort
        import torch
        import export
        from footfall_training import onnx_file
        from footfall_training.decoded import Decoded
        from footfall_training.network import PersonNet
        from footfall_training.shape import cell_count
        torch.manual_seed(3)
        model = export.graph(Decoded(PersonNet()))
        onnx_file.halve(model)
        onnx_file.describe(model, "test", 0.3, {})
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "m.onnx")
            size, _ = onnx_file.save(model, path)
            self.assertLess(size, 3_000_000)
            session = ort.InferenceSession(path, providers=["CPUExecutionProvider"])
            for width, height in ((384, 256), (160, 96)):
                rows = session.run(None, {"images": np.zeros((1, 3, height, width), np.float32)})[0]
                self.assertEqual(rows.shape, (1, cell_count(width, height), 6))
                self.assertEqual(rows[0, 0, 5], 1.0)
            notes = {e.key: e.value for e in onnx.load(path).metadata_props}
        wanted = dict(color="rgb", resize="stretch", head="yolox_decoded", imgsz="[288, 416]", person_class="0", threshold="0.3")
        self.assertEqual({k: notes[k] for k in wanted}, wanted)


if __name__ == "__main__":
    unittest.main()
