package dev.proa.node.linux.nftables;

import dev.proa.node.linux.netlink.AttributeWriter;
import java.time.Duration;
import java.util.function.Consumer;

/** One step of a rule. Registers are numbered 8 to 23 and hold four bytes each; register 0 is the verdict. */
@SuppressWarnings("ArrayRecordComponent") // expressions are written, not compared
public sealed interface Expression {
    /** The verdict register. */
    int VERDICT = 0;

    /** The registers for values, from this one on. */
    int R0 = 8;

    int R1 = 9;
    int R2 = 10;
    int R3 = 11;
    int R4 = 12;

    /** Adds this expression to a rule's list. */
    void encode(AttributeWriter out);

    /** Loads bytes of the packet. @param base 1 for the network header, 2 for the transport header */
    record Payload(int base, int offset, int length, int register) implements Expression {
        @Override
        public void encode(AttributeWriter out) {
            expression(
                    out,
                    "payload",
                    data -> data.be32(1, register).be32(2, base).be32(3, offset).be32(4, length));
        }
    }

    /** Loads metadata of the packet. */
    record Meta(MetaKey key, int register) implements Expression {
        @Override
        public void encode(AttributeWriter out) {
            expression(out, "meta", data -> data.be32(2, key.number).be32(1, register));
        }
    }

    /** Sets metadata of the packet from a register. */
    record SetMeta(MetaKey key, int register) implements Expression {
        @Override
        public void encode(AttributeWriter out) {
            expression(out, "meta", data -> data.be32(2, key.number).be32(3, register));
        }
    }

    /** Metadata of a packet. */
    enum MetaKey {
        MARK(3),
        IN_NAME(6),
        OUT_NAME(7),
        L4_PROTOCOL(16),
        IN_GROUP(21),
        OUT_GROUP(22);

        final int number;

        MetaKey(int number) {
            this.number = number;
        }
    }

    /** Compares a register with a value. */
    record Compare(int register, boolean equal, byte[] value) implements Expression {
        @Override
        public void encode(AttributeWriter out) {
            expression(out, "cmp", data -> {
                data.be32(1, register).be32(2, equal ? 0 : 1);
                putValue(data, 3, value);
            });
        }
    }

    /** {@code register = (register & mask) ^ xor}. */
    record Bitwise(int register, byte[] mask, byte[] xor) implements Expression {
        @Override
        public void encode(AttributeWriter out) {
            expression(out, "bitwise", data -> {
                data.be32(1, register).be32(2, register).be32(3, mask.length);
                putValue(data, 4, mask);
                putValue(data, 5, xor);
            });
        }
    }

    /** Matches when the key in {@code register} is in a set. @param setId of a set made in the same transaction, or 0 */
    record InSet(String set, int setId, int register) implements Expression {
        @Override
        public void encode(AttributeWriter out) {
            expression(out, "lookup", data -> {
                data.string(1, set).be32(2, register);
                if (setId != 0) {
                    data.be32(4, setId);
                }
            });
        }
    }

    /** Loads the value of a key from a map; does not match when the key is not there. Into register 0: a verdict. */
    record FromMap(String map, int setId, int register, int into) implements Expression {
        @Override
        public void encode(AttributeWriter out) {
            expression(out, "lookup", data -> {
                data.string(1, map).be32(2, register).be32(3, into);
                if (setId != 0) {
                    data.be32(4, setId);
                }
            });
        }
    }

    /** Ends the rule with a verdict. */
    record Decide(Verdict verdict) implements Expression {
        @Override
        public void encode(AttributeWriter out) {
            expression(out, "immediate", data -> data.be32(1, VERDICT).nest(2, verdict::encode));
        }
    }

    /** Loads a constant. */
    record Constant(int register, byte[] value) implements Expression {
        @Override
        public void encode(AttributeWriter out) {
            expression(out, "immediate", data -> putValue(data.be32(1, register), 2, value));
        }
    }

    /** Loads a random number, 0 to {@code modulus - 1}, in the machine's byte order. */
    record Random(int register, int modulus) implements Expression {
        @Override
        public void encode(AttributeWriter out) {
            expression(
                    out,
                    "numgen",
                    data -> data.be32(1, register).be32(2, modulus).be32(3, 1).be32(4, 0));
        }
    }

    /** Changes the destination to the IPv4 address in one register and the port in another. */
    record DestinationNat(int addressRegister, int portRegister) implements Expression {
        @Override
        public void encode(AttributeWriter out) {
            expression(
                    out,
                    "nat",
                    data -> data.be32(1, 1).be32(2, 2).be32(3, addressRegister).be32(5, portRegister));
        }
    }

    /** Changes the source to an address of this machine on the way out, with a random port. */
    record Masquerade() implements Expression {
        private static final int RANDOM_FULLY = 0x10;

        @Override
        public void encode(AttributeWriter out) {
            expression(out, "masq", data -> data.be32(1, RANDOM_FULLY));
        }
    }

    /** Loads the kind of the packet's destination or source address: 2 is an address of this machine. */
    record AddressType(boolean destination, int register) implements Expression {
        @Override
        public void encode(AttributeWriter out) {
            expression(out, "fib", data -> data.be32(1, register).be32(2, 3).be32(3, destination ? 2 : 1));
        }
    }

    /** Loads state of the connection. */
    record Connection(ConnectionKey key, int register) implements Expression {
        @Override
        public void encode(AttributeWriter out) {
            expression(out, "ct", data -> data.be32(2, key.number).be32(1, register));
        }
    }

    /**
     * State of a connection: bits of its state (2 established, 4 related, 8 new), bits of its status (32: destination
     * changed).
     */
    enum ConnectionKey {
        STATE(0),
        STATUS(2);

        final int number;

        ConnectionKey(int number) {
            this.number = number;
        }
    }

    /** Rejects the packet: a TCP reset, or an ICMP message. Ends the rule. */
    record Reject(boolean tcpReset) implements Expression {
        private static final int PORT_UNREACHABLE = 3;

        @Override
        public void encode(AttributeWriter out) {
            expression(out, "reject", data -> data.be32(1, tcpReset ? 1 : 0).u8(2, tcpReset ? 0 : PORT_UNREACHABLE));
        }
    }

    /** Counts packets and bytes. */
    record Counter() implements Expression {
        @Override
        public void encode(AttributeWriter out) {
            expression(out, "counter", data -> {});
        }
    }

    /** Changes a map from the packet path: the key and value in registers. */
    record Learn(Operation operation, String map, int keyRegister, int valueRegister, Duration timeout)
            implements Expression {
        /** Adding leaves an existing element as it is, updating renews its timeout; neither changes its value. */
        public enum Operation {
            ADD,
            UPDATE,
            DELETE
        }

        @Override
        public void encode(AttributeWriter out) {
            expression(out, "dynset", data -> {
                data.string(1, map)
                        .be32(3, operation.ordinal())
                        .be32(4, keyRegister)
                        .be32(5, valueRegister);
                if (operation != Operation.DELETE) {
                    data.be64(6, timeout.toMillis());
                }
            });
        }
    }

    private static void expression(AttributeWriter out, String name, Consumer<AttributeWriter> data) {
        out.nest(1, element -> element.string(1, name).nest(2, data));
    }

    private static void putValue(AttributeWriter out, int type, byte[] value) {
        out.nest(type, data -> data.bytes(1, value));
    }
}
