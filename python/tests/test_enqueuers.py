"""Batches by worker threads and processes: order, ends, exceptions, what is left behind."""

import multiprocessing
import subprocess
import sys
import threading
import time
import traceback

import numpy as np
import pytest
import scipy.sparse as sp

from lacuna.utils import GeneratorEnqueuer, OrderedEnqueuer, Sequence
from lacuna.utils.data_utils import SequenceEnqueuer


class Numbers(Sequence):
    def __init__(self, count=20, slow=False):
        self.count, self.slow, self.epoch = count, slow, 0

    def __len__(self):
        return self.count

    def __getitem__(self, index):
        if self.slow:
            time.sleep(0.002 * ((index * 7) % 3))
        return np.full((2, 3), index + 100 * self.epoch)

    def on_epoch_end(self):
        self.epoch += 1


class Faulty(Sequence):
    def __len__(self):
        return 5

    def __getitem__(self, index):
        return make(index)


def make(index):
    if index == 3:
        raise KeyError(f"no batch {index}")
    return index


def read(enqueuer, count):
    batches = enqueuer.get()
    return [int(np.asarray(next(batches)).flat[0]) for _ in range(count)]


@pytest.mark.parametrize("processes", [False, True])
@pytest.mark.parametrize("workers", [1, 3])
def test_order_is_kept_and_epochs_end(processes, workers):
    with OrderedEnqueuer(Numbers(slow=True), use_multiprocessing=processes) as enqueuer:
        enqueuer.start(workers, max_queue_size=4)
        assert enqueuer.is_running()
        assert read(enqueuer, 45) == [*range(20), *range(100, 120), *range(200, 205)]
    assert not enqueuer.is_running()


def test_shuffled_batches_all_come():
    with OrderedEnqueuer(Numbers(), shuffle=True) as enqueuer:
        enqueuer.start(2)
        first = read(enqueuer, 20)
        assert sorted(first) == list(range(20)) and first != sorted(first)
        assert sorted(read(enqueuer, 20)) == list(range(100, 120))


@pytest.mark.parametrize("processes", [False, True])
def test_exceptions_have_the_traceback_of_the_worker(processes):
    enqueuer = OrderedEnqueuer(Faulty(), processes)
    enqueuer.start(2)
    batches = enqueuer.get()
    assert [next(batches) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(KeyError, match="no batch 3") as caught:
        next(batches)
    told = "".join(traceback.format_exception(caught.value))
    assert "in make" in told and 'raise KeyError(f"no batch {index}")' in told
    assert not enqueuer.is_running()


def test_generators_end_in_order():
    for processes in (False, True):
        enqueuer = GeneratorEnqueuer(iter(range(1, 30)), processes)
        enqueuer.start(1 if processes else 4, 5)
        assert list(enqueuer.get()) == list(range(1, 30)) and not enqueuer.is_running()
    enqueuer = GeneratorEnqueuer(make(index) for index in range(9))
    enqueuer.start()
    with pytest.raises(KeyError, match="no batch 3"):
        list(enqueuer.get())


def test_generators_in_several_processes_are_copies():
    enqueuer = GeneratorEnqueuer(iter(range(10)), use_multiprocessing=True, random_seed=3)
    with pytest.warns(UserWarning, match="its own copy"):
        enqueuer.start(2)
    assert set(enqueuer.get()) <= set(range(10))


def test_csr_stays_csr():
    class Slices(Sequence):
        matrix = sp.eye(10, format="csr")

        def __len__(self):
            return 5

        def __getitem__(self, index):
            return self.matrix[2 * index : 2 * index + 2]

    for processes in (False, True):
        with OrderedEnqueuer(Slices(), processes) as enqueuer:
            enqueuer.start(2)
            batch = next(enqueuer.get())
            assert batch.format == "csr" and batch.nnz == 2


def test_a_generator_cannot_be_spawned():
    script = """
import multiprocessing, sys
from lacuna.utils import GeneratorEnqueuer, OrderedEnqueuer
if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    enqueuer = GeneratorEnqueuer((i for i in range(3)), True)
    enqueuer.start()
    try:
        list(enqueuer.get())
    except TypeError as error:
        print(error)
    with OrderedEnqueuer(list(range(3)), True) as enqueuer:
        enqueuer.start(2)
        batches = enqueuer.get()
        print([next(batches) for _ in range(3)])
    with OrderedEnqueuer(list(range(3)), True) as enqueuer:  # Stopped while the processes start.
        enqueuer.start(2)
        next(enqueuer.get())
"""
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    first, second = told.stdout.splitlines()
    assert first.startswith("GeneratorEnqueuer: what processes that are spawned work on must be picklable")
    assert second == "[0, 1, 2]" and told.returncode == 0 and told.stderr == ""


def test_stopping_leaves_nothing_running():
    before = threading.active_count()
    for processes in (False, True):
        enqueuer = OrderedEnqueuer(Numbers(10**6), processes)
        enqueuer.start(3, 2)
        read(enqueuer, 3)
        enqueuer.stop()
        assert list(enqueuer.get()) == []
        enqueuer.start()
        assert read(enqueuer, 1) == [0]
        enqueuer.stop(1)
    for _ in range(100):
        if threading.active_count() <= before and not multiprocessing.active_children():
            break
        time.sleep(0.05)
    assert threading.active_count() <= before and not multiprocessing.active_children()


def test_what_cannot_be_read():
    with pytest.raises(TypeError, match="__getitem__ and __len__; for a generator"):
        OrderedEnqueuer(iter([1]))
    with pytest.raises(TypeError, match="OrderedEnqueuer for a Sequence"):
        GeneratorEnqueuer(Numbers())
    with pytest.raises(ValueError, match="workers must be positive. Received: workers=0"):
        OrderedEnqueuer(Numbers()).start(0)
    enqueuer = OrderedEnqueuer([])
    enqueuer.start()
    with pytest.raises(ValueError, match="must have a batch"):
        next(enqueuer.get())
    with pytest.raises(NotImplementedError, match="__len__"):
        len(Sequence())
    assert issubclass(OrderedEnqueuer, SequenceEnqueuer)
    batches = iter(Numbers(2))
    assert [int(next(batches)[0, 0]) for _ in range(5)] == [0, 1, 0, 1, 0]


def test_starting_twice():
    with OrderedEnqueuer(Numbers()) as enqueuer:
        enqueuer.start()
        with pytest.raises(RuntimeError, match="before stop"):
            enqueuer.start()


@pytest.mark.parametrize(
    "make_enqueuer", [lambda: OrderedEnqueuer(Numbers(10**6)), lambda: GeneratorEnqueuer(endless())]
)
def test_another_thread_may_stop_it(make_enqueuer):
    enqueuer = make_enqueuer()
    enqueuer.start(2, 3)
    seen = []
    reader = threading.Thread(target=lambda: seen.extend(iter(enqueuer.get())))
    reader.start()
    time.sleep(0.02)
    enqueuer.stop()
    reader.join(5)
    assert not reader.is_alive() and len(seen) > 0


def endless():
    while True:
        time.sleep(0.001)
        yield 1


def test_batches_are_made_before_they_are_read():
    made = []

    class Counts(Numbers):
        def __getitem__(self, index):
            made.append(index)
            return super().__getitem__(index)

    with OrderedEnqueuer(Counts()) as enqueuer:
        enqueuer.start(1, 4)
        for _ in range(100):
            if len(made) == 4:
                break
            time.sleep(0.01)
        assert sorted(made) == [0, 1, 2, 3]
        assert read(enqueuer, 20) == list(range(20))


def test_several_threads_read_each_batch_once():
    with OrderedEnqueuer(Numbers(200)) as enqueuer:
        enqueuer.start(3)
        seen = [[] for _ in range(4)]

        def take(list_of_mine):
            batches = enqueuer.get()
            list_of_mine.extend(int(next(batches)[0, 0]) for _ in range(50))

        readers = [threading.Thread(target=take, args=(one,)) for one in seen]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join()
        assert sorted(sum(seen, [])) == list(range(200))
