package dev.proa.node.kubelet.device;

import dev.proa.api.codec.Json;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.node.kubelet.device.PreparedClaim.Device;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32;

/**
 * The file in which a kubelet keeps which claims it has prepared, in the form of Kubernetes' {@code dra_manager_state}: the data as a text, with its
 * CRC-32.
 */
record ClaimCheckpoint(Path file) {
    private static final String DATA = "Data";
    private static final String CHECKSUM = "Checksum";
    private static final String CLAIMS = "ClaimInfoStateList";

    /**
     * What was written last; nothing when nothing was.
     *
     * @throws IllegalStateException when the file is damaged: devices may be in use of which nobody knows any more
     */
    List<PreparedClaim> read() {
        if (!Files.exists(file)) {
            return List.of();
        }
        try {
            MapValue checkpoint = Json.decodeMap(Files.readAllBytes(file));
            String data = checkpoint.string(DATA);
            if (checksum(data) != checkpoint.integer(CHECKSUM, -1)) {
                throw new IOException("checkpoint is corrupted");
            }
            List<PreparedClaim> claims = new ArrayList<>();
            ListValue list = Json.decodeMap(data).list(CLAIMS);
            for (int i = 0; i < list.size(); i++) {
                claims.add(claim(list.map(i)));
            }
            return claims;
        } catch (IOException | RuntimeException e) {
            throw new IllegalStateException(
                    "The record of prepared devices cannot be read, please drain the node and remove " + file + ": "
                            + e.getMessage(),
                    e);
        }
    }

    /** @throws UncheckedIOException when the file cannot be written; it is as before then */
    void write(Iterable<PreparedClaim> claims) {
        List<MapValue> list = new ArrayList<>();
        claims.forEach(claim -> list.add(value(claim)));
        String data = new String(
                Json.encode(MapValue.of(
                        "kind",
                        "DRACheckpoint",
                        "apiVersion",
                        "checkpoint.dra.kubelet.k8s.io/v1",
                        CLAIMS,
                        ListValue.copyOf(list))),
                StandardCharsets.UTF_8);
        try {
            Path written = file.resolveSibling(file.getFileName() + ".new");
            Files.write(written, Json.encode(MapValue.of(DATA, data, CHECKSUM, checksum(data))));
            Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("could not save checkpoint " + file + ": " + e.getMessage(), e);
        }
    }

    private static long checksum(String data) {
        CRC32 checksum = new CRC32();
        checksum.update(data.getBytes(StandardCharsets.UTF_8));
        return checksum.getValue();
    }

    private static MapValue value(PreparedClaim claim) {
        MapValue.Builder pods = MapValue.builder();
        claim.pods().forEach(pod -> pods.put(pod, MapValue.EMPTY));
        MapValue.Builder drivers = MapValue.builder();
        claim.drivers()
                .forEach((driver, devices) -> drivers.put(
                        driver,
                        MapValue.of(
                                "Devices",
                                ListValue.copyOf(devices.stream()
                                        .map(ClaimCheckpoint::value)
                                        .toList()))));
        return MapValue.of(
                "ClaimUID",
                claim.uid(),
                "ClaimName",
                claim.name(),
                "Namespace",
                claim.namespace(),
                "PodUIDs",
                pods.build(),
                "DriverState",
                drivers.build());
    }

    private static MapValue value(Device device) {
        return MapValue.of(
                "PoolName",
                device.pool(),
                "DeviceName",
                device.name(),
                "ShareID",
                device.shareId(),
                "RequestNames",
                ListValue.copyOf(device.requests()),
                "CDIDeviceIDs",
                ListValue.copyOf(device.cdiDevices()));
    }

    private static PreparedClaim claim(MapValue value) {
        Set<String> pods = new HashSet<>();
        value.map("PodUIDs").forEach(entry -> pods.add(entry.getKey()));
        Map<String, List<Device>> drivers = new HashMap<>();
        MapValue states = value.map("DriverState");
        states.forEach(entry -> {
            ListValue list = states.map(entry.getKey()).list("Devices");
            List<Device> devices = new ArrayList<>();
            for (int i = 0; i < list.size(); i++) {
                devices.add(device(list.map(i)));
            }
            drivers.put(entry.getKey(), devices);
        });
        return new PreparedClaim(
                value.string("Namespace"), value.string("ClaimName"), value.string("ClaimUID"), pods, drivers, false);
    }

    private static Device device(MapValue value) {
        return new Device(
                value.string("PoolName"),
                value.string("DeviceName"),
                value.get("ShareID") instanceof String id ? id : null,
                texts(value.list("RequestNames")),
                texts(value.list("CDIDeviceIDs")));
    }

    private static List<String> texts(ListValue list) {
        List<String> texts = new ArrayList<>();
        list.forEach(text -> texts.add(String.valueOf(text)));
        return texts;
    }
}
