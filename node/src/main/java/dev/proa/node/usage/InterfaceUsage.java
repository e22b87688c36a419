package dev.proa.node.usage;

import java.util.ArrayList;
import java.util.List;

/** What a network interface has received and sent since it was made. */
public record InterfaceUsage(
        String name,
        long receivedBytes,
        long receivedPackets,
        long receiveErrors,
        long receiveDropped,
        long sentBytes,
        long sentPackets,
        long sendErrors,
        long sendDropped) {
    /**
     * Reads {@code /proc/net/dev}: two lines of headings, then a line for each interface. The loopback interface is left out.
     *
     * @throws NumberFormatException when it has another form
     */
    public static List<InterfaceUsage> parse(List<String> lines) {
        List<InterfaceUsage> all = new ArrayList<>();
        for (String line : lines) {
            int colon = line.indexOf(':');
            if (colon < 0) {
                continue; // a heading
            }
            String name = line.substring(0, colon).strip();
            // bytes packets errs drop fifo frame compressed multicast, and the same of what was sent
            String[] words = line.substring(colon + 1).strip().split("\\s+");
            if (!name.equals("lo")) {
                all.add(new InterfaceUsage(
                        name,
                        number(words[0]),
                        number(words[1]),
                        number(words[2]),
                        number(words[3]),
                        number(words[8]),
                        number(words[9]),
                        number(words[10]),
                        number(words[11])));
            }
        }
        return all;
    }

    private static long number(String word) {
        return Long.parseUnsignedLong(word);
    }
}
