package dev.proa.server.flowcontrol;

/**
 * Deals each flow a hand of queues. Two flows have all of their queues in common only rarely, so that of many flows a greedy one fills
 * queues which most others can do without.
 */
final class ShuffleSharding {
    private ShuffleSharding() {}

    /**
     * The hand of a flow: {@code size} different numbers from 0 to below {@code deck}.
     *
     * @param hash of the flow; all of its bits count
     */
    static int[] deal(long hash, int deck, int size) {
        int[] hand = new int[size];
        int[] rests = new int[size];
        long left = hash;
        for (int i = 0; i < size; i++) {
            rests[i] = (int) Long.remainderUnsigned(left, deck - i);
            left = Long.divideUnsigned(left, deck - i);
        }
        for (int i = 0; i < size; i++) {
            int card = rests[i];
            for (int j = i; j > 0; j--) {
                if (card >= rests[j - 1]) {
                    card++;
                }
            }
            hand[i] = card;
        }
        return hand;
    }

    /** A hash of a flow, another one with each seed: nobody can choose a name that shares its queues with another's. */
    static long hash(long seed, String schema, String flow) {
        long hash = seed;
        for (int i = 0; i < schema.length(); i++) {
            hash = mixed(hash + schema.charAt(i));
        }
        hash = mixed(hash + 0x10000);
        for (int i = 0; i < flow.length(); i++) {
            hash = mixed(hash + flow.charAt(i));
        }
        return hash;
    }

    private static long mixed(long value) {
        long z = (value ^ value >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return (z ^ z >>> 31) + 0x9e3779b97f4a7c15L;
    }
}
