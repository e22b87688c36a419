package dev.proa.node.linux.nftables;

import dev.proa.node.linux.netlink.AttributeWriter;
import org.jspecify.annotations.Nullable;

/**
 * A verdict on a packet.
 *
 * @param code the kernel's number
 * @param chain the target of {@code jump} and {@code goto}
 */
public record Verdict(int code, @Nullable String chain) {
    public static final Verdict DROP = new Verdict(0, null);
    public static final Verdict ACCEPT = new Verdict(1, null);
    public static final Verdict RETURN = new Verdict(-5, null);

    private static final int DATA_VERDICT = 2;
    private static final int VERDICT_CODE = 1;
    private static final int VERDICT_CHAIN = 2;

    /** Continues in a chain, and returns when that ends without a verdict. */
    public static Verdict jump(String chain) {
        return new Verdict(-3, chain);
    }

    /** Continues in a chain and does not return. */
    public static Verdict goTo(String chain) {
        return new Verdict(-4, chain);
    }

    void encode(AttributeWriter out) {
        out.nest(DATA_VERDICT, verdict -> {
            verdict.be32(VERDICT_CODE, code);
            if (chain != null) {
                verdict.string(VERDICT_CHAIN, chain);
            }
        });
    }
}
