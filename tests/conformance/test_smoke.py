import pytest
from support.documents import KINDS

@pytest.mark.parametrize("n", range(10))
def test_a(api, documents, statements, stored, n):
    for kind in KINDS:
        documents.make(kind)
    before = stored()
    with statements() as seen:
        assert len(api.items("/engagements")) == 5
    assert len(seen) == 2
    assert before == stored()
    print(seen)
