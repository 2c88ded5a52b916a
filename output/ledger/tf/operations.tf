resource "aws_sns_topic" "alarms" {
  name = "ledger-alarms"

  kms_master_key_id = local.kms_key_arn
}

resource "aws_sns_topic_subscription" "alarms_1" {
  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email"
  endpoint  = "oncall@ledger.example"
}

locals {
  alarm_topic = aws_sns_topic.alarms.arn
}

resource "aws_cloudwatch_metric_alarm" "daemon_down" {
  alarm_name          = "ledger-daemon-down"
  alarm_description   = "No daemon runs: nothing is scheduled"
  namespace           = "AWS/ECS"
  metric_name         = "CPUUtilization"
  statistic           = "SampleCount"
  period              = 60
  evaluation_periods  = 5
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  treat_missing_data  = "breaching"
  alarm_actions       = [local.alarm_topic]
  ok_actions          = [local.alarm_topic]

  dimensions = {
    "ClusterName" = "ledger"
    "ServiceName" = "ledger_core_daemon"
  }
}

resource "aws_cloudwatch_metric_alarm" "runs_given_up" {
  alarm_name          = "ledger-runs-given-up"
  alarm_description   = "The daemon has given up a run that was killed, did not start or took too long: see its log"
  namespace           = "Dagforge"
  metric_name         = "ledger/given_up/failed-runs"
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.alarm_topic]
  ok_actions          = [local.alarm_topic]
}

resource "aws_cloudwatch_metric_alarm" "web_5xx" {
  alarm_name          = "ledger-web-5xx"
  alarm_description   = "The UI answers with errors"
  namespace           = "AWS/ApplicationELB"
  metric_name         = "HTTPCode_Target_5XX_Count"
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 10
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.alarm_topic]
  ok_actions          = [local.alarm_topic]

  dimensions = {
    "LoadBalancer" = local.ui_load_balancer_name
    "TargetGroup"  = local.ui_target_group_name
  }
}

resource "aws_cloudwatch_metric_alarm" "web_unhealthy" {
  alarm_name          = "ledger-web-unhealthy"
  alarm_description   = "A webserver fails its health check"
  namespace           = "AWS/ApplicationELB"
  metric_name         = "UnHealthyHostCount"
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = 5
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.alarm_topic]
  ok_actions          = [local.alarm_topic]

  dimensions = {
    "LoadBalancer" = local.ui_load_balancer_name
    "TargetGroup"  = local.ui_target_group_name
  }
}

resource "aws_cloudwatch_metric_alarm" "db_cpu" {
  alarm_name          = "ledger-db-cpu"
  alarm_description   = "The database is busy"
  namespace           = "AWS/RDS"
  metric_name         = "CPUUtilization"
  statistic           = "Average"
  period              = 60
  evaluation_periods  = 15
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 80
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.alarm_topic]
  ok_actions          = [local.alarm_topic]

  dimensions = {
    "DBClusterIdentifier" = local.database_identifier
  }
}

resource "aws_cloudwatch_dashboard" "overview" {
  dashboard_name = "ledger-eu-central-1"

  dashboard_body = join(",", [
    "{\"widgets\":[{\"type\":\"alarm\",\"x\":0,\"y\":0,\"width\":24,\"height\":3,\"properties\":{\"title\":\"Alarms\",\"alarms\":[\"arn:${local.partition}:cloudwatch:${local.region}:${local.account_id}:alarm:ledger-daemon-down\",\"arn:${local.partition}:cloudwatch:${local.region}:${local.account_id}:alarm:ledger-runs-given-up\",\"arn:${local.partition}:cloudwatch:${local.region}:${local.account_id}:alarm:ledger-web-5xx\",\"arn:${local.partition}:cloudwatch:${local.region}:${local.account_id}:alarm:ledger-web-unhealthy\",\"arn:${local.partition}:cloudwatch:${local.region}:${local.account_id}:alarm:ledger-db-cpu\"]}}",
    "{\"type\":\"metric\",\"x\":0,\"y\":3,\"width\":8,\"height\":6,\"properties\":{\"title\":\"UI: requests and errors\",\"region\":\"eu-central-1\",\"period\":60,\"yAxis\":{\"left\":{\"min\":0}},\"metrics\":[[\"AWS/ApplicationELB\",\"RequestCount\",\"LoadBalancer\",\"${local.ui_load_balancer_name}\",\"TargetGroup\",\"${local.ui_target_group_name}\",{\"stat\":\"Sum\",\"label\":\"requests\"}],[\"AWS/ApplicationELB\",\"HTTPCode_Target_5XX_Count\",\"LoadBalancer\",\"${local.ui_load_balancer_name}\",\"TargetGroup\",\"${local.ui_target_group_name}\",{\"stat\":\"Sum\",\"label\":\"5xx of the webserver\"}],[\"AWS/ApplicationELB\",\"HTTPCode_ELB_5XX_Count\",\"LoadBalancer\",\"${local.ui_load_balancer_name}\",{\"stat\":\"Sum\",\"label\":\"5xx of the load balancer\"}]]}}",
    "{\"type\":\"metric\",\"x\":8,\"y\":3,\"width\":8,\"height\":6,\"properties\":{\"title\":\"UI: seconds to an answer\",\"region\":\"eu-central-1\",\"period\":60,\"yAxis\":{\"left\":{\"min\":0}},\"metrics\":[[\"AWS/ApplicationELB\",\"TargetResponseTime\",\"LoadBalancer\",\"${local.ui_load_balancer_name}\",\"TargetGroup\",\"${local.ui_target_group_name}\",{\"stat\":\"p50\",\"label\":\"half\"}],[\"AWS/ApplicationELB\",\"TargetResponseTime\",\"LoadBalancer\",\"${local.ui_load_balancer_name}\",\"TargetGroup\",\"${local.ui_target_group_name}\",{\"stat\":\"p99\",\"label\":\"99 of 100\"}]]}}",
    "{\"type\":\"metric\",\"x\":16,\"y\":3,\"width\":8,\"height\":6,\"properties\":{\"title\":\"UI: webservers\",\"region\":\"eu-central-1\",\"period\":60,\"yAxis\":{\"left\":{\"min\":0}},\"metrics\":[[\"AWS/ApplicationELB\",\"HealthyHostCount\",\"LoadBalancer\",\"${local.ui_load_balancer_name}\",\"TargetGroup\",\"${local.ui_target_group_name}\",{\"stat\":\"Minimum\",\"label\":\"healthy\"}],[\"AWS/ApplicationELB\",\"UnHealthyHostCount\",\"LoadBalancer\",\"${local.ui_load_balancer_name}\",\"TargetGroup\",\"${local.ui_target_group_name}\",{\"stat\":\"Maximum\",\"label\":\"unhealthy\"}]]}}",
    "{\"type\":\"metric\",\"x\":0,\"y\":9,\"width\":8,\"height\":6,\"properties\":{\"title\":\"Webserver and daemon: tasks, fewest first\",\"region\":\"eu-central-1\",\"period\":60,\"yAxis\":{\"left\":{\"min\":0}},\"metrics\":[[{\"expression\":\"SORT(SEARCH('{ECS/ContainerInsights,ClusterName,ServiceName} MetricName=\\\"RunningTaskCount\\\" ClusterName=\\\"ledger\\\" (ServiceName=ledger_core)', 'Minimum'), MIN, ASC, 20)\",\"label\":\"$${PROP('Dim.ServiceName')}\"}]]}}",
    "{\"type\":\"metric\",\"x\":8,\"y\":9,\"width\":8,\"height\":6,\"properties\":{\"title\":\"Code locations: servers, fewest first\",\"region\":\"eu-central-1\",\"period\":60,\"yAxis\":{\"left\":{\"min\":0}},\"metrics\":[[{\"expression\":\"SORT(SEARCH('{ECS/ContainerInsights,ClusterName,ServiceName} MetricName=\\\"RunningTaskCount\\\" ClusterName=\\\"ledger\\\" (ServiceName=ledger_server)', 'Minimum'), MIN, ASC, 20)\",\"label\":\"$${PROP('Dim.ServiceName')}\"}]]}}",
    "{\"type\":\"metric\",\"x\":16,\"y\":9,\"width\":8,\"height\":6,\"properties\":{\"title\":\"Failed runs\",\"region\":\"eu-central-1\",\"period\":60,\"yAxis\":{\"left\":{\"min\":0}},\"metrics\":[[{\"expression\":\"SORT(SEARCH('{Dagforge} MetricName=ledger failed-runs', 'Sum', 300), SUM, DESC, 20)\",\"label\":\"\"}]]}}",
    "{\"type\":\"metric\",\"x\":0,\"y\":15,\"width\":8,\"height\":6,\"properties\":{\"title\":\"CPU of the busiest services, percent\",\"region\":\"eu-central-1\",\"period\":60,\"yAxis\":{\"left\":{\"min\":0}},\"metrics\":[[{\"expression\":\"SORT(SEARCH('{AWS/ECS,ClusterName,ServiceName} MetricName=\\\"CPUUtilization\\\" ClusterName=\\\"ledger\\\" (ServiceName=ledger_core OR ServiceName=ledger_server)', 'Average'), MAX, DESC, 20)\",\"label\":\"$${PROP('Dim.ServiceName')}\"}]]}}",
    "{\"type\":\"metric\",\"x\":8,\"y\":15,\"width\":8,\"height\":6,\"properties\":{\"title\":\"Memory of the fullest services, percent\",\"region\":\"eu-central-1\",\"period\":60,\"yAxis\":{\"left\":{\"min\":0}},\"metrics\":[[{\"expression\":\"SORT(SEARCH('{AWS/ECS,ClusterName,ServiceName} MetricName=\\\"MemoryUtilization\\\" ClusterName=\\\"ledger\\\" (ServiceName=ledger_core OR ServiceName=ledger_server)', 'Average'), MAX, DESC, 20)\",\"label\":\"$${PROP('Dim.ServiceName')}\"}]]}}",
    "{\"type\":\"metric\",\"x\":16,\"y\":15,\"width\":8,\"height\":6,\"properties\":{\"title\":\"Database: use, percent\",\"region\":\"eu-central-1\",\"period\":60,\"yAxis\":{\"left\":{\"min\":0}},\"metrics\":[[\"AWS/RDS\",\"CPUUtilization\",\"DBClusterIdentifier\",\"${local.database_identifier}\",{\"stat\":\"Average\",\"label\":\"CPU\"}],[\"AWS/RDS\",\"ACUUtilization\",\"DBClusterIdentifier\",\"${local.database_identifier}\",{\"stat\":\"Average\",\"label\":\"capacity\"}]]}}",
    "{\"type\":\"metric\",\"x\":0,\"y\":21,\"width\":8,\"height\":6,\"properties\":{\"title\":\"Database: connections\",\"region\":\"eu-central-1\",\"period\":60,\"yAxis\":{\"left\":{\"min\":0}},\"metrics\":[[\"AWS/RDS\",\"DatabaseConnections\",\"DBClusterIdentifier\",\"${local.database_identifier}\",{\"stat\":\"Maximum\",\"label\":\"connections\"}]]}}",
    "{\"type\":\"metric\",\"x\":8,\"y\":21,\"width\":8,\"height\":6,\"properties\":{\"title\":\"Database: storage, bytes\",\"region\":\"eu-central-1\",\"period\":60,\"yAxis\":{\"left\":{\"min\":0}},\"metrics\":[[\"AWS/RDS\",\"VolumeBytesUsed\",\"DBClusterIdentifier\",\"${local.database_identifier}\",{\"stat\":\"Maximum\",\"label\":\"used\"}]]}}]}",
  ])
}

resource "aws_cloudwatch_log_group" "migration" {
  name              = "/dagforge/ledger/migrate"
  retention_in_days = 365

  kms_key_id = local.kms_key_arn

  skip_destroy = true
}

resource "aws_iam_role" "migration_execution" {
  name        = "ledger-eu-central-1-migrate-execution"
  path        = "/ledger/dagster/eu-central-1/ledger/service/"
  description = "Starts the migration of Dagster's tables"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { Service = "ecs-tasks.amazonaws.com" }
        Action    = "sts:AssumeRole"
        Condition = {
          StringEquals = { "aws:SourceAccount" = local.account_id }

          ArnLike = { "aws:SourceArn" = "arn:${local.partition}:ecs:${local.region}:${local.account_id}:*" }
        }
      }
    ]
  })
}

resource "aws_iam_role_policy" "migration_execution" {
  name = "permissions"
  role = aws_iam_role.migration_execution.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "SignInToRegistry"
        Effect = "Allow"
        Action = ["ecr:GetAuthorizationToken"]
        Resource = [
          "*",
        ]
      },
      {
        Sid    = "PullImages"
        Effect = "Allow"
        Action = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
        Resource = [
          "arn:${local.partition}:ecr:${local.region}:${local.account_id}:repository/ledger/core",
        ]
      },
      {
        Sid    = "WriteLogs"
        Effect = "Allow"
        Action = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = [
          "arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:/dagforge/ledger/migrate:log-stream:*",
        ]
      },
      {
        Sid    = "ReadSecrets"
        Effect = "Allow"
        Action = ["secretsmanager:GetSecretValue"]
        Resource = [
          local.database_secret_arn,
        ]
      },
      {
        Sid    = "UseKeyOfSecrets"
        Effect = "Allow"
        Action = ["kms:Decrypt"]
        Resource = [
          local.kms_key_arn,
        ]

        Condition = { "StringEquals" = { "kms:ViaService" = "secretsmanager.eu-central-1.amazonaws.com" } }
      },
    ]
  })
}

resource "aws_iam_role" "migration" {
  name        = "ledger-eu-central-1-migrate"
  path        = "/ledger/dagster/eu-central-1/ledger/service/"
  description = "Migration of Dagster's tables"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { Service = "ecs-tasks.amazonaws.com" }
        Action    = "sts:AssumeRole"
        Condition = {
          StringEquals = { "aws:SourceAccount" = local.account_id }

          ArnLike = { "aws:SourceArn" = "arn:${local.partition}:ecs:${local.region}:${local.account_id}:*" }
        }
      }
    ]
  })
}

resource "aws_iam_role_policy" "migration" {
  name = "permissions"
  role = aws_iam_role.migration.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "ReadConfig"
        Effect = "Allow"
        Action = ["s3:GetObjectVersion"]
        Resource = [
          "arn:${local.partition}:s3:::${local.config_bucket}/config/*",
        ]
      },
      {
        Sid    = "SignInToDatabase"
        Effect = "Allow"
        Action = ["rds-db:connect"]
        Resource = [
          "arn:${local.partition}:rds-db:${local.region}:${local.account_id}:dbuser:${local.database_resource_id}/dagster",
        ]
      },
      {
        Sid    = "UseKeyOfObjects"
        Effect = "Allow"
        Action = ["kms:Decrypt"]
        Resource = [
          local.kms_key_arn,
        ]

        Condition = { "StringEquals" = { "kms:ViaService" = "s3.eu-central-1.amazonaws.com" } }
      },
    ]
  })
}

resource "aws_ecs_task_definition" "migration" {
  family                   = "ledger_core_migrate"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = "512"
  memory                   = "1024"
  execution_role_arn       = aws_iam_role.migration_execution.arn
  task_role_arn            = aws_iam_role.migration.arn

  runtime_platform {
    cpu_architecture        = "X86_64"
    operating_system_family = "LINUX"
  }

  volume {
    name = "config"
  }

  volume {
    name = "tmp"
  }

  container_definitions = jsonencode([
    {
      name      = "config"
      image     = "public.ecr.aws/aws-cli/aws-cli:2.31.23"
      essential = false

      entryPoint = ["/bin/sh", "-ec"]

      command = [
        join("\n", [
          "umask 0222",
          "cd /opt/dagster/config",
          "aws s3api get-object --bucket \"$DAGFORGE_CONFIG_BUCKET\" --key config/dagster.yaml --version-id ${local.dagster_yaml_version} dagster.yaml > /dev/null || { echo \"dagster.yaml cannot be fetched: was the config uploaded?\" >&2; exit 1; }",
          "aws s3api get-object --bucket \"$DAGFORGE_CONFIG_BUCKET\" --key config/workspace.yaml --version-id ${local.workspace_yaml_version} workspace.yaml > /dev/null || { echo \"workspace.yaml cannot be fetched: was the config uploaded?\" >&2; exit 1; }",
          "sed -i \"s|__DAGFORGE_SUBNET_1__|$${DAGFORGE_SUBNET_1:?is empty}|\" dagster.yaml",
          "sed -i \"s|__DAGFORGE_SUBNET_2__|$${DAGFORGE_SUBNET_2:?is empty}|\" dagster.yaml",
          "sed -i \"s|__DAGFORGE_SECURITY_GROUP__|$${DAGFORGE_SECURITY_GROUP:?is empty}|\" dagster.yaml",
          "left=$(sed -n '/__DAGFORGE_/p' dagster.yaml)",
          "if [ -n \"$left\" ]; then echo \"dagster.yaml has a token left: $left\" >&2; exit 1; fi\n",
        ]),
      ]

      user                   = "0:0"
      readonlyRootFilesystem = true
      stopTimeout            = 30
      linuxParameters        = { initProcessEnabled = false }

      environment = [
        { name = "AWS_DEFAULT_REGION", value = "eu-central-1" },
        { name = "DAGFORGE_CONFIG_BUCKET", value = local.config_bucket },
        { name = "DAGFORGE_SECURITY_GROUP", value = local.run_security_group },
        { name = "DAGFORGE_SUBNET_1", value = local.private_subnet_1 },
        { name = "DAGFORGE_SUBNET_2", value = local.private_subnet_2 },
      ]

      mountPoints = [
        { sourceVolume = "config", containerPath = "/opt/dagster/config", readOnly = false },
      ]

      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group         = local.migration_log_group
          awslogs-region        = local.region
          awslogs-stream-prefix = "config"
          mode                  = "blocking"
        }
      }
    },
    {
      name      = "grant"
      image     = "${local.repository_uri}:${var.gitrev}"
      essential = false

      command = [
        "python",
        "-c",
        join("\n", [
          "import os, sys, time, boto3, psycopg2",
          "env = os.environ",
          "host, user, name = (env[f\"DAGSTER_POSTGRES_{it}\"] for it in (\"HOSTNAME\", \"USERNAME\", \"DB\"))",
          "port = int(env[\"DAGFORGE_DATABASE_PORT\"])",
          "def connect(password):",
          "    return psycopg2.connect(host=host, port=port, user=user, dbname=name, password=password, sslmode=\"require\")",
          "for attempt in range(10):",
          "    try:",
          "        connect(boto3.client(\"rds\").generate_db_auth_token(host, port, user)).close()",
          "        sys.exit()",
          "    except psycopg2.Error as error:",
          "        print(error)",
          "    try:",
          "        with connect(env[\"DAGFORGE_DATABASE_PASSWORD\"]) as db, db.cursor() as cursor:",
          "            cursor.execute(\"GRANT rds_iam TO CURRENT_USER\")",
          "    except psycopg2.Error as error:",
          "        print(error)",
          "    time.sleep(3)",
          "sys.exit(1)\n",
        ]),
      ]

      user                   = "1000:1000"
      readonlyRootFilesystem = true
      stopTimeout            = 30
      linuxParameters        = { initProcessEnabled = true }

      environment = [
        { name = "AWS_DEFAULT_REGION", value = "eu-central-1" },
        { name = "DAGFORGE_COMPUTE_LOGS_BUCKET", value = local.compute_logs_bucket },
        { name = "DAGFORGE_DATABASE_PORT", value = "5432" },
        { name = "DAGSTER_POSTGRES_DB", value = "dagster" },
        { name = "DAGSTER_POSTGRES_HOSTNAME", value = local.database_host },
        { name = "DAGSTER_POSTGRES_USERNAME", value = "dagster" },
      ]

      secrets = [
        { name = "DAGFORGE_DATABASE_PASSWORD", valueFrom = "${local.database_secret_arn}:password::" },
      ]

      mountPoints = [
        { sourceVolume = "tmp", containerPath = "/tmp", readOnly = false },
      ]

      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group         = local.migration_log_group
          awslogs-region        = local.region
          awslogs-stream-prefix = "grant"
          mode                  = "blocking"
        }
      }
    },
    {
      name      = "migrate"
      image     = "${local.repository_uri}:${var.gitrev}"
      essential = true

      command = [
        "dagster",
        "instance",
        "migrate",
      ]

      user                   = "1000:1000"
      readonlyRootFilesystem = true
      stopTimeout            = 120
      linuxParameters        = { initProcessEnabled = true }

      dependsOn = [
        { containerName = "config", condition = "SUCCESS" },
        { containerName = "grant", condition = "SUCCESS" },
      ]

      environment = [
        { name = "AWS_DEFAULT_REGION", value = "eu-central-1" },
        { name = "DAGFORGE_COMPUTE_LOGS_BUCKET", value = local.compute_logs_bucket },
        { name = "DAGSTER_HOME", value = "/opt/dagster/config" },
        { name = "DAGSTER_POSTGRES_DB", value = "dagster" },
        { name = "DAGSTER_POSTGRES_HOSTNAME", value = local.database_host },
        { name = "DAGSTER_POSTGRES_USERNAME", value = "dagster" },
      ]

      mountPoints = [
        { sourceVolume = "config", containerPath = "/opt/dagster/config", readOnly = true },
        { sourceVolume = "tmp", containerPath = "/tmp", readOnly = false },
      ]

      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group         = local.migration_log_group
          awslogs-region        = local.region
          awslogs-stream-prefix = "migrate"
          mode                  = "blocking"
        }
      }
    },
  ])
}

locals {
  migration_log_group = aws_cloudwatch_log_group.migration.name
}
