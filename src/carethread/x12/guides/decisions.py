"""How a payer decided a claim: loops that 837 (2320) and 835 (2100) share."""

DECISIONS = """
[MIA S1 inpatient=Inpatient]
  MIA R1 covered_days:number! outlier:money lifetime_psychiatric_days:number drg:money remarks
         disproportionate_share:money msp_pass_through:money pps_capital:money
         capital_fsp_drg:money capital_hsp_drg:money capital_dsh_drg:money old_capital:money
         capital_ime:money operating_hsp_drg:money cost_report_days:number
         operating_fsp_drg:money capital_outlier:money indirect_teaching:money
         professional_component:money remarks*4 capital_exception:money
[MOA S1 outpatient=Outpatient]
  MOA R1 rate:number payable:money remarks*5 esrd:money professional_component:money
"""
