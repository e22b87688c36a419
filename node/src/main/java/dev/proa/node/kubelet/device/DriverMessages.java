package dev.proa.node.kubelet.device;

import dev.proa.http.grpc.Wire;
import dev.proa.node.kubelet.device.PreparedClaim.Device;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The messages of the gRPC service {@code DRAPlugin}; those of v1 and v1beta1 differ only in the share id, which is optional. */
final class DriverMessages {
    private DriverMessages() {}

    /**
     * What a driver answered for one claim.
     *
     * @param devices of it, when they were prepared
     * @param error why that failed; empty when it did not
     */
    record Result(List<Device> devices, String error) {}

    /** {@code NodePrepareResourcesRequest}, or {@code NodeUnprepareResourcesRequest}, which is the same. */
    static byte[] request(List<PreparedClaim.Reference> claims) {
        Wire.Writer request = new Wire.Writer();
        for (PreparedClaim.Reference claim : claims) {
            request.bytes(
                    1,
                    new Wire.Writer()
                            .text(1, claim.namespace())
                            .text(2, claim.uid())
                            .text(3, claim.name())
                            .toBytes());
        }
        return request.toBytes();
    }

    /** The results of {@code NodePrepareResourcesResponse} by the uids of claims. */
    static Map<String, Result> prepared(byte[] response) throws IOException {
        Map<String, Result> results = new HashMap<>();
        for (Map.Entry<String, byte[]> entry : entries(response).entrySet()) {
            List<Device> devices = new ArrayList<>();
            String[] error = {""};
            Wire.read(entry.getValue(), 0, (field, value) -> {
                if (field == 1) {
                    devices.add(device(value));
                } else if (field == 2) {
                    error[0] = text(value);
                }
            });
            results.put(entry.getKey(), new Result(devices, error[0]));
        }
        return results;
    }

    /** The results of {@code NodeUnprepareResourcesResponse} by the uids of claims. */
    static Map<String, Result> unprepared(byte[] response) throws IOException {
        Map<String, Result> results = new HashMap<>();
        for (Map.Entry<String, byte[]> entry : entries(response).entrySet()) {
            String[] error = {""};
            Wire.read(entry.getValue(), 0, (field, value) -> {
                if (field == 1) {
                    error[0] = text(value);
                }
            });
            results.put(entry.getKey(), new Result(List.of(), error[0]));
        }
        return results;
    }

    private static Map<String, byte[]> entries(byte[] response) throws IOException {
        Map<String, byte[]> entries = new HashMap<>();
        Wire.read(response, 0, (field, value) -> {
            if (field == 1) {
                Wire.entry(value, entries);
            }
        });
        return entries;
    }

    private static Device device(byte[] message) throws IOException {
        List<String> requests = new ArrayList<>();
        List<String> cdiDevices = new ArrayList<>();
        String[] texts = new String[6];
        Wire.read(message, 0, (field, value) -> {
            switch (field) {
                case 1 -> requests.add(text(value));
                case 2, 3, 5 -> texts[field] = text(value);
                case 4 -> cdiDevices.add(text(value));
                default -> {} // of a later version
            }
        });
        return new Device(
                texts[2] == null ? "" : texts[2], texts[3] == null ? "" : texts[3], texts[5], requests, cdiDevices);
    }

    private static String text(byte[] value) {
        return new String(value, StandardCharsets.UTF_8);
    }
}
