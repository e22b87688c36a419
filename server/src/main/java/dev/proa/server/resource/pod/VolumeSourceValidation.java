package dev.proa.server.resource.pod;

import dev.proa.api.value.MapValue;
import dev.proa.server.validation.Fields;
import dev.proa.server.validation.Formats;
import java.util.Locale;

/** Validates the volume sources that pods and persistent volumes have in common. */
public final class VolumeSourceValidation {
    private static final String PAIRS = "must be a host:port pair or multiple pairs separated by commas";

    private VolumeSourceValidation() {}

    /**
     * Validates a volume source.
     *
     * @param kind the name of the field
     * @param volume the name of the persistent volume; empty for the volume of a pod
     */
    static void check(String kind, Fields source, String volume) {
        boolean persistent = !volume.isEmpty();
        switch (kind) {
            case "hostPath" -> hostPath(source);
            case "gcePersistentDisk" -> disk(new Fields(source.map, source.path, source.errors), "pdName");
            case "awsElasticBlockStore" -> disk(source, "volumeID");
            case "nfs" -> {
                source.required("server");
                source.required("path");
                if (!source.text("path").startsWith("/")) {
                    source.errors.invalid(source.at("path"), source.text("path"), "must be an absolute path");
                }
            }
            case "iscsi" -> iscsi(source, volume);
            case "glusterfs" -> {
                source.required("endpoints");
                source.required("path");
                if (persistent && source.has("endpointsNamespace")) {
                    glusterNamespace(source);
                }
            }
            case "flocker" -> flocker(source);
            case "rbd" -> {
                source.requiredValue("monitors", "");
                source.required("image");
            }
            case "cephfs" -> source.requiredValue("monitors", "");
            case "cinder" -> {
                source.required("volumeID");
                source.in("secretRef", ref -> secret(ref, persistent));
            }
            case "quobyte" -> quobyte(source);
            case "fc" -> fibreChannel(source);
            case "flexVolume" -> flex(source);
            case "azureFile" -> {
                source.required("secretName");
                source.required("shareName");
                if (persistent && source.has("secretNamespace")) {
                    source.required("secretNamespace");
                }
            }
            case "azureDisk" -> azureDisk(source);
            case "vsphereVolume" -> source.required("volumePath");
            case "photonPersistentDisk" -> source.required("pdID");
            case "portworxVolume" -> source.required("volumeID");
            case "scaleIO" -> {
                source.required("gateway");
                source.required("system");
                source.required("volumeName");
            }
            case "storageos" -> {
                source.requiredForm("volumeName", Formats::dnsLabel);
                source.form("volumeNamespace", Formats::dnsLabel);
                source.in("secretRef", ref -> secret(ref, persistent));
            }
            case "local" -> {
                if (source.required("path")) {
                    VolumeValidation.noBacksteps(source.text("path"), source.at("path"), source.errors);
                }
            }
            case "csi" -> csi(source, persistent);
            default -> {}
        }
    }

    private static void hostPath(Fields source) {
        if (!source.required("path")) {
            return;
        }
        VolumeValidation.noBacksteps(source.text("path"), source.at("path"), source.errors);
        if (!source.text("type").isEmpty()) {
            source.oneOf(
                    "type",
                    "",
                    "BlockDevice",
                    "CharDevice",
                    "Directory",
                    "DirectoryOrCreate",
                    "File",
                    "FileOrCreate",
                    "Socket");
        }
    }

    private static void disk(Fields source, String id) {
        source.required(id);
        if (source.number("partition") < 0 || source.number("partition") > 255) {
            source.invalid("partition", Formats.inclusiveRange(1, 255));
        }
    }

    /**
     * Validates an iSCSI source. Kubernetes' errors have some field names in lower case, and less detail for
     * persistent volumes.
     */
    private static void iscsi(Fields source, String volume) {
        boolean persistent = !volume.isEmpty();
        source.required("targetPortal");
        String portal = source.text("targetPortal");
        if (persistent && source.has("initiatorName") && volume.length() + 1 + portal.length() > 64) {
            source.errors.invalid(
                    source.at("targetportal"),
                    portal,
                    "Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if"
                            + " iscsi.initiatorName is specified.");
        }
        if (source.required("iqn")) {
            iscsiName(source, "iqn", "iqn", persistent);
        }
        if (source.number("lun") < 0 || source.number("lun") > 255) {
            source.invalid("lun", Formats.inclusiveRange(0, 255));
        }
        if ((source.map.bool("chapAuthDiscovery") || source.map.bool("chapAuthSession")) && !source.has("secretRef")) {
            source.errors.required(source.at("secretRef"), "");
        }
        if (persistent) {
            source.in("secretRef", ref -> ref.required("name"));
        }
        if (source.has("initiatorName")) {
            iscsiName(source, "initiatorName", "initiatorname", persistent);
        }
    }

    private static void iscsiName(Fields source, String name, String shown, boolean persistent) {
        String value = source.text(name);
        boolean known = value.startsWith("iqn") || value.startsWith("eui") || value.startsWith("naa");
        if (!known) {
            String start = persistent ? "" : " starting with iqn, eui, or naa";
            source.errors.invalid(source.at(shown), value, "must be valid format" + start);
        } else if (!value.matches("iqn\\.[0-9]{4}-[0-9]{2}\\.[-A-Za-z0-9.]+:[^,;*&$|\\s]+"
                + "|eui.[A-Za-z0-9]{16}|naa.[A-Za-z0-9]{32}")) {
            source.errors.invalid(source.at(shown), value, "must be valid format");
        }
    }

    private static void glusterNamespace(Fields source) {
        if (source.text("endpointsNamespace").isEmpty()) {
            source.invalid("endpointsNamespace", "if the endpointnamespace is set, it must be a valid namespace name");
        } else {
            source.form("endpointsNamespace", Formats::dnsLabel);
        }
    }

    private static void flocker(Fields source) {
        String name = source.text("datasetName");
        String uuid = source.text("datasetUUID");
        if (name.isEmpty() && uuid.isEmpty()) {
            source.errors.required(source.path, "one of datasetName and datasetUUID is required");
        } else if (!name.isEmpty() && !uuid.isEmpty()) {
            source.errors.invalid(
                    source.path, "resource", "datasetName and datasetUUID can not be specified simultaneously");
        }
        if (name.contains("/")) {
            source.invalid("datasetName", "must not contain '/'");
        }
    }

    private static void quobyte(Fields source) {
        if (source.text("registry").isEmpty()) {
            source.errors.required(source.at("registry"), PAIRS);
        } else if (source.text("tenant").length() >= 65) {
            source.errors.required(source.at("tenant"), "must be a UUID and may not exceed a length of 64 characters");
        } else {
            for (String pair : source.text("registry").split(",", -1)) {
                if (!pair.matches("([^:\\[\\]]*|\\[[^\\[\\]]*]):[^:\\[\\]]*")) {
                    source.invalid("registry", PAIRS);
                }
            }
        }
        source.required("volume");
    }

    private static void fibreChannel(Fields source) {
        boolean targets = !source.map.list("targetWWNs").isEmpty();
        boolean ids = !source.map.list("wwids").isEmpty();
        if (!targets && !ids) {
            source.errors.required(source.at("targetWWNs"), "must specify either targetWWNs or wwids, but not both");
        } else if (targets && ids) {
            source.invalid("targetWWNs", "targetWWNs and wwids can not be specified simultaneously");
        }
        if (targets) {
            source.requiredValue("lun", "lun is required if targetWWNs is specified");
            source.between("lun", 0, 255);
        }
    }

    private static void flex(Fields source) {
        source.required("driver");
        MapValue options = source.map.map("options");
        for (int i = 0; i < options.size(); i++) {
            String key = options.nameAt(i);
            String domain = "." + key.split("/", 2)[0].toLowerCase(Locale.ROOT);
            if (domain.endsWith(".kubernetes.io") || domain.endsWith(".k8s.io")) {
                source.errors.invalid(
                        source.at("options").key(key), key, "kubernetes.io and k8s.io namespaces are reserved");
            }
        }
    }

    private static void azureDisk(Fields source) {
        source.required("diskName");
        source.required("diskURI");
        source.oneOfIfPresent("cachingMode", "None", "ReadOnly", "ReadWrite");
        source.oneOfIfPresent("kind", "Dedicated", "Managed", "Shared");
        String uri = source.text("diskURI");
        boolean managed = source.text("kind").equals("Managed");
        if (managed && !uri.startsWith("/subscriptions/")) {
            source.errors.notSupported(
                    source.at("diskURI"),
                    uri,
                    "/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}");
        } else if (source.has("kind") && !managed && !uri.startsWith("https://")) {
            source.errors.notSupported(
                    source.at("diskURI"),
                    uri,
                    "https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd");
        }
    }

    private static void secret(Fields ref, boolean persistent) {
        ref.required("name");
        if (persistent) {
            ref.required("namespace");
        }
    }

    private static void csi(Fields source, boolean persistent) {
        driverName(source, "driver");
        if (!persistent) {
            source.in("nodePublishSecretRef", ref -> {
                if (ref.required("name")) {
                    source.errors.invalid(source.at("name"), ref.text("name"), Formats.dnsSubdomain(ref.text("name")));
                }
            });
            return;
        }
        source.required("volumeHandle");
        for (String name : new String[] {
            "controllerPublishSecretRef", "controllerExpandSecretRef", "nodePublishSecretRef", "nodeExpandSecretRef"
        }) {
            source.in(name, ref -> {
                ref.requiredForm("name", Formats::dnsSubdomain);
                ref.requiredForm("namespace", Formats::dnsLabel);
            });
        }
    }

    /** Validates the name of a CSI driver, which may have upper-case letters. */
    public static void driverName(Fields fields, String name) {
        String driver = fields.text(name);
        if (!fields.required(name)) {
            return;
        }
        if (driver.length() > 63) {
            fields.errors.tooLong(fields.at(name), 63);
        }
        fields.errors.invalid(fields.at(name), driver, Formats.dnsSubdomain(driver.toLowerCase(Locale.ROOT)));
    }
}
