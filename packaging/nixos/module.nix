# services.pppoe-proxy: the daemon as a service of NixOS.
#
#   imports = [ ./module.nix ];
#   services.pppoe-proxy = {
#     enable = true;
#     package = pkgs.callPackage ./package.nix { src = ./pppoe-proxy-0.1.0.js.tar.gz; };
#     settings = {
#       mode = "client";
#       state_dir = "/var/lib/pppoe-proxy";
#       interface.name = "lan0";
#       tunnel = {
#         connect = [ "192.0.2.2:8443" ];
#         server_certificate = "/etc/pppoe-proxy/server.crt";
#         name = "branch-1";
#         secret_file = "credential:branch-1.secret";
#       };
#     };
#     credentials."branch-1.secret" = "/etc/pppoe-proxy/branch-1.secret";
#   };
{ config, lib, pkgs, ... }:

let
  cfg = config.services.pppoe-proxy;
  # The store can be read by everybody, so secrets do not belong in the settings.
  file = (pkgs.formats.toml { }).generate "pppoe-proxy.toml" cfg.settings;
  program = "${cfg.package}/bin/pppoe-proxy";
in
{
  options.services.pppoe-proxy = {
    enable = lib.mkEnableOption "pppoe-proxy, which carries PPPoE over IP networks";
    package = lib.mkOption {
      type = lib.types.package;
      description = "The package to run.";
    };
    settings = lib.mkOption {
      type = (pkgs.formats.toml { }).type;
      description = "The configuration; config.example.toml explains every setting.";
    };
    credentials = lib.mkOption {
      type = lib.types.attrsOf lib.types.path;
      default = { };
      description = "Files that only root can read, by their names as credentials: `credential:NAME` in settings.";
    };
  };

  config = lib.mkIf cfg.enable {
    users.users.pppoe-proxy = {
      isSystemUser = true;
      group = "pppoe-proxy";
    };
    users.groups.pppoe-proxy = { };
    environment.systemPackages = [ cfg.package ];
    environment.etc."pppoe-proxy/pppoe-proxy.toml".source = file;

    systemd.services.pppoe-proxy = {
      description = "PPPoE proxy";
      wantedBy = [ "multi-user.target" ];
      wants = [ "network-online.target" ];
      after = [ "network-online.target" "nss-lookup.target" ];
      startLimitIntervalSec = 0;
      reloadTriggers = [ file ];
      environment = {
        DENO_LOG = "info,quinn=off,quinn_proto=off,quinn_udp=off";
        DENO_DIR = "/var/cache/pppoe-proxy";
      };
      serviceConfig = {
        Type = "notify";
        NotifyAccess = "main";
        ExecStart = "${program} run --config /etc/pppoe-proxy/pppoe-proxy.toml";
        ExecReload = "${program} reload --config /etc/pppoe-proxy/pppoe-proxy.toml";
        LoadCredential = lib.mapAttrsToList (name: path: "${name}:${path}") cfg.credentials;
        WatchdogSec = 30;
        Restart = "on-failure";
        RestartSec = 1;
        # The configuration was refused: do not restart until someone has fixed it.
        RestartPreventExitStatus = 78;
        TimeoutStopSec = 15;

        User = "pppoe-proxy";
        Group = "pppoe-proxy";
        AmbientCapabilities = "CAP_NET_RAW";
        CapabilityBoundingSet = "CAP_NET_RAW";
        NoNewPrivileges = true;

        RuntimeDirectory = "pppoe-proxy";
        RuntimeDirectoryMode = "0755";
        StateDirectory = "pppoe-proxy";
        StateDirectoryMode = "0700";
        CacheDirectory = "pppoe-proxy";
        CacheDirectoryMode = "0700";
        UMask = "0077";
        LimitNOFILE = 65536;
        LimitCORE = 0;

        RestrictAddressFamilies = "AF_INET AF_INET6 AF_UNIX AF_PACKET";
        ProtectSystem = "strict";
        ProtectHome = true;
        ProtectProc = "invisible";
        PrivateTmp = true;
        PrivateDevices = true;
        PrivateIPC = true;
        PrivateMounts = true;
        ProtectClock = true;
        ProtectHostname = true;
        ProtectKernelLogs = true;
        ProtectKernelModules = true;
        ProtectKernelTunables = true;
        ProtectControlGroups = true;
        RemoveIPC = true;
        RestrictNamespaces = true;
        RestrictRealtime = true;
        RestrictSUIDSGID = true;
        LockPersonality = true;
        KeyringMode = "private";
        SystemCallArchitectures = "native";
        # @pkey: V8 protects its code with memory protection keys if the CPU has them.
        SystemCallFilter = [ "@system-service @pkey" "~@privileged @resources" ];
        SystemCallErrorNumber = "EPERM";
        DevicePolicy = "closed";
        NoExecPaths = "/";
        ExecPaths = "/nix/store";
      };
    };
  };
}
