package dev.proa.server.strategy;

import java.util.UUID;
import java.util.random.RandomGenerator;

/** Makes the UIDs of objects and the ids of audit events: random UUIDs (version 4), as Kubernetes' are. */
public final class Uids {
    private Uids() {}

    public static String random(RandomGenerator random) {
        long high = random.nextLong() & ~0xF000L | 0x4000L;
        long low = random.nextLong() & 0x3FFF_FFFF_FFFF_FFFFL | 0x8000_0000_0000_0000L;
        return new UUID(high, low).toString();
    }
}
