"""After the secret has been changed: what is kept long is sealed with the new one, so that the old one can go."""

from collections import Counter

from ordering.ports import SealBroken, Sealer, Stores


async def reseal(stores: Stores, sealer: Sealer) -> tuple[Counter[str], list[str]]:
    """Seals anew what stands in a column of its own: messages that wait or were given up, and pictures. Gives how many
    of each kind, and where something stands that no secret opens ("pictures.sealed 7").

    Replies and the state of visits are not: they go with their visit. Row by row, while the service runs; started
    again, it goes over all of it again.
    """
    async with stores.begin() as tx:
        places = await tx.sealed.places()
    done: Counter[str] = Counter()
    broken: list[str] = []
    for column, row_id in places:
        async with stores.begin() as tx:
            sealed = await tx.sealed.read((column, row_id))
            try:
                anew = sealer.seal_bytes(sealer.open_bytes(sealed)) if sealed else None
            except SealBroken:
                broken.append(f"{column} {row_id}")
                continue
            if sealed and anew and await tx.sealed.replace((column, row_id), sealed, anew):
                done[column] += 1
    return done, broken
