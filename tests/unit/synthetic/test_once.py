import gc
import weakref

import pandas as pd

from analysis.synthetic.once import once_per_frame


def counted():
    asked = []

    @once_per_frame
    def total(frame, times, *, plus=0):
        asked.append(times)
        return int(frame["a"].sum()) * times + plus

    return total, asked


def test_an_answer_is_made_once_for_each_frame_and_argument():
    total, asked = counted()
    one, same = pd.DataFrame({"a": [1, 2]}), pd.DataFrame({"a": [1, 2]})
    assert [total(one, 2), total(one, 2), total(one, 3)] == [6, 6, 9]
    assert asked == [2, 3]
    assert (total(same, 2), total(one, 2, plus=1)) == (6, 7)
    assert asked == [2, 3, 2, 2]


def test_nothing_is_kept_of_a_frame_that_is_gone():
    @once_per_frame
    def doubled(frame):
        return frame * 2

    frame = pd.DataFrame({"a": [1]})
    answer = weakref.ref(doubled(frame))
    assert answer() is not None
    del frame
    gc.collect()
    assert answer() is None
