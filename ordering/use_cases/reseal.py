"""After the secret has been changed: what is kept long is sealed with the new one, so that the old one can go."""

from collections import Counter

from ordering.ports import Sealer, Stores


async def reseal(stores: Stores, sealer: Sealer) -> Counter[str]:
    """Seals anew what stands in a column of its own: messages that wait or were given up, and pictures. Gives how many
    of each kind.

    Replies and the state of visits are not: they go with their visit. Row by row, while the service runs; started
    again, it goes over all of it again. Raises SealBroken when a secret is missing.
    """
    async with stores.begin() as tx:
        places = await tx.sealed.places()
    done: Counter[str] = Counter()
    for place in places:
        async with stores.begin() as tx:
            sealed = await tx.sealed.read(place)
            if sealed and await tx.sealed.replace(place, sealed, sealer.reseal(sealed)):
                done[place[0]] += 1
    return done
