

# A comment of its own
resource "aws_x" "a" {

name = "a" # first
  longer_name = "b${replace("x", "\"", "}")}" # second
x= "c"

  tags = {
Name = "n"
"Quoted = key" = "$${x}" // third
}
  list = [
  "a = b", # no assignment
  { name = "x", value = "y" },
        local.x == 1 ? 2 : 3,
  ]
  one = 1


  three = jsonencode([{
    a = 1
    bcd = { e = 2 }
    f = { for k, v in local.x : k => v }
  }])
  text = <<-EOT
    keep   = this
    # as it is }
  EOT
  after_text = 1
  /* a comment
       over lines {
  */
  b = 2
  bb = "\u0024${local.x}" /* short */
  command = ["-c", join("\n", [
    "a",
    "b",
  ]), join("\n", [
    "c",
  ])]
  dynamic "x" {
    for_each = local.x >= 2 ? [1] : []
    content {}

  }

}
