package dev.proa.node.sandbox.cdi;

import dev.proa.api.codec.Json;
import dev.proa.api.codec.Yaml;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * One file of the Container Device Interface: the devices of a vendor's class.
 *
 * @param edits for containers that get any device of the file
 * @param devices what each device adds to that, by its qualified name {@code vendor/class=name}
 */
record CdiSpec(Path file, ContainerEdits edits, Map<String, ContainerEdits> devices) {
    private static final Pattern KIND = Pattern.compile("[A-Za-z][A-Za-z0-9._-]*/[A-Za-z][A-Za-z0-9_-]*");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9._:-]*[A-Za-z0-9])?");

    /** @throws CdiFailure when the file cannot be read or is wrong; the message says how, without its name */
    static CdiSpec read(Path file) throws CdiFailure {
        try {
            String text = Files.readString(file, StandardCharsets.UTF_8);
            return of(file, file.toString().endsWith(".json") ? Json.decodeMap(text) : Yaml.decodeMap(text));
        } catch (IOException | RuntimeException e) {
            throw new CdiFailure(String.valueOf(e.getMessage()));
        }
    }

    private static CdiSpec of(Path file, MapValue spec) throws CdiFailure {
        if (spec.string("cdiVersion").isEmpty()) {
            throw new CdiFailure("cdiVersion is missing");
        }
        String kind = spec.string("kind");
        if (!KIND.matcher(kind).matches()) {
            throw new CdiFailure("kind \"" + kind + "\" is not of the form vendor/class");
        }
        Map<String, ContainerEdits> devices = new LinkedHashMap<>();
        ListValue list = spec.list("devices");
        for (int i = 0; i < list.size(); i++) {
            String name = list.map(i).string("name");
            if (!NAME.matcher(name).matches()) {
                throw new CdiFailure("invalid name of a device: \"" + name + "\"");
            }
            if (devices.put(kind + "=" + name, ContainerEdits.of(list.map(i).map("containerEdits"))) != null) {
                throw new CdiFailure("there are several devices \"" + name + "\"");
            }
        }
        return new CdiSpec(file, ContainerEdits.of(spec.map("containerEdits")), devices);
    }
}
